using System.Security.Cryptography;

namespace WorkloadIdentity.DistributedCache;

/// <summary>The plaintext of a value: the entry it is for, the token, and when it was written.</summary>
internal static class StoredToken
{
    /// <summary>
    /// What writers' clocks may be ahead. A token's expiry is the writer's clock plus a lifetime, so a clock further ahead would make it
    /// seem to live on.
    /// </summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    public static byte[] Write(StoreEntry entry, AccessToken token, DateTimeOffset now)
    {
        using var plaintext = new MemoryStream();
        using (var writer = new BinaryWriter(plaintext))
        {
            writer.Write(entry.Identity.Length);
            writer.Write(entry.Identity);
            writer.Write(now.UtcTicks);
            writer.Write(token.ExpiresOn.UtcTicks);
            writer.Write(token.RefreshOn?.UtcTicks ?? 0);
            writer.Write(token.TokenType);
            writer.Write(token.Value);
            writer.Write(token.AcquiredBy ?? "");
            writer.Write(token.Issuer ?? "");
            writer.Write(token.ClientId ?? "");
        }

        return plaintext.ToArray();
    }

    /// <summary>Reads the token, if it is the requested one.</summary>
    /// <exception cref="UnusableValueException">It is for another entry, from a clock ahead of this one, or not to be read.</exception>
    public static AccessToken Read(byte[] plaintext, StoreEntry entry, DateTimeOffset now)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(plaintext, writable: false));
            var length = reader.ReadInt32();
            if (length != entry.Identity.Length || !CryptographicOperations.FixedTimeEquals(reader.ReadBytes(length), entry.Identity))
            {
                throw new UnusableValueException("It was written for another entry and moved to this one.");
            }

            var writtenOn = Moment(reader.ReadInt64());
            var expiresOn = Moment(reader.ReadInt64());
            var refreshOn = reader.ReadInt64() is not 0 and var ticks ? Moment(ticks) : (DateTimeOffset?)null;
            var (type, value, acquiredBy, issuer, clientId) =
                (reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString());
            if (reader.BaseStream.Position != plaintext.Length)
            {
                throw new UnusableValueException("It has bytes after the end of the token.");
            }

            if (writtenOn > now + ClockTolerance)
            {
                throw new UnusableValueException(
                    $"It was written at {writtenOn:u}, which is later than this machine's clock. Set the clocks of all machines by NTP.");
            }

            var token = new AccessToken(value, expiresOn, refreshOn, type);
            if (issuer.Length > 0)
            {
                token = token.IssuedBy(issuer, clientId.Length > 0 ? clientId : null);
            }

            return (acquiredBy.Length > 0 ? token.AcquiredThrough(acquiredBy) : token).AcquiredThrough("second level");
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentException or FormatException or IOException)
        {
            throw new UnusableValueException("It does not have the format of a token.");
        }

        static DateTimeOffset Moment(long ticks) => new(ticks, TimeSpan.Zero);
    }
}
