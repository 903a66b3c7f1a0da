using Startup;

// Gets one token and says how long it is: what a program does before its first call to an API.
#if ONLY_MANAGED_IDENTITY
var token = await FirstToken.ForManagedIdentityAsync();
#else
var token = args is ["managed-identity"] ? await FirstToken.ForManagedIdentityAsync() : await FirstToken.WithSecretAsync();
#endif
Console.WriteLine(token.Length);
