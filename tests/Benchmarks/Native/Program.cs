using Native;

// Gets one token with a certificate and says how long it is: what a program does before its first call to an API.
Console.WriteLine((await FirstToken.WithCertificateAsync(Application.FromArguments(args))).Length);
