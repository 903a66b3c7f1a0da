namespace Fleet;

/// <summary>
/// How many bytes the calls of a store take on a connection, requests and answers, from the commands that
/// Microsoft.Extensions.Caching.StackExchangeRedis sends and the protocol (https://redis.io/docs/latest/develop/reference/protocol-spec/).
/// </summary>
internal static class Wire
{
    // "wi1:" and 32 bytes in base64url.
    private const int Name = 47;
    private const int NoteName = Name + 6;
    private const int Note = 24 + 32;

    private const int Ticks = 18;
    private const int Nothing = 5;
    private const int Number = 4;
    private const int Seconds = 5;

    /// <summary>The value of an entry: the token, what it is for, times, and the header and tag of the encryption.</summary>
    public const int Value = SimulatedEntra.TokenCharacters + 183;

    public const int MissedRead = Asked + (Name * 2) + Nothing + (2 * Nothing) + Number;
    public const int FoundRead = Asked + (Name * 2) + Found + Value;
    public const int MissedNote = Asked + (NoteName * 2) + Nothing + (2 * Nothing) + Number;
    public const int FoundNote = Asked + (NoteName * 2) + Found + Note - 2;
    public const int Write = Told + (Name * 2) + Value;
    public const int WrittenNote = Told + (NoteName * 2) + Note - 2;

    // *4 HMGET name absexp sldexp, *3 HGET name data.
    private const int Asked = 4 + 11 + 7 + 12 + 12 + 4 + 10 + 7 + 10;

    // *2 ticks -1, and the header of a text of four digits.
    private const int Found = 4 + 5 + Ticks + 2 + 8 + 9;

    // *8 HMSET name absexp ticks sldexp -1 data value, *3 EXPIRE name seconds, and the answers.
    private const int Told = 4 + 11 + 7 + 12 + 5 + Ticks + 2 + 12 + 8 + 10 + 9 + 4 + 12 + 7 + 4 + Seconds + 2 + 5 + 4;
}
