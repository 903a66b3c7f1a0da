using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>
/// An emulator in one JSON file: what it starts with and how it behaves, for a process of its own. docs/emulator.md explains every setting,
/// and <see cref="Schema"/> lets an editor check it. Comments and trailing commas are allowed. Immutable.
/// </summary>
/// <example>
/// <code>
/// var file = EmulatorFile.Read("emulator.json");
/// await using var entra = await file.StartAsync();
/// </code>
/// </example>
public sealed class EmulatorFile
{
    private readonly string _what;
    private readonly EmulatorSettings _settings;

    private EmulatorFile(string what, EmulatorSettings settings)
    {
        _what = what;
        _settings = settings;
    }

    /// <summary>The JSON schema of such a file (draft 2020-12).</summary>
    public static string Schema
    {
        get
        {
            using var stream = typeof(EmulatorFile).Assembly.GetManifestResourceStream("EmulatorSchema.json")
                ?? throw new InvalidOperationException("EmulatorSchema.json is missing from the assembly.");
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }

    /// <summary>Reads a file. Files it names are relative to its folder, and are read now.</summary>
    /// <param name="path">The file.</param>
    /// <param name="outputFolder">
    /// The folder below which the files are written that it asks for; the file's own when null. It must be there.
    /// </param>
    /// <exception cref="EmulatorFileException">Something in it is wrong: all that is, is listed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static EmulatorFile Read(string path, string? outputFolder = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.GetFullPath(path);
        return Parse(FileReferences.ReadBytes(full), full, Path.GetDirectoryName(full)!, outputFolder);
    }

    /// <summary>Reads the text of such a file.</summary>
    /// <param name="json">The text.</param>
    /// <param name="folder">The folder of the files it names; the current one when null.</param>
    /// <param name="outputFolder">
    /// The folder below which the files are written that it asks for; <paramref name="folder"/> when null. It must be there.
    /// </param>
    /// <exception cref="EmulatorFileException">Something in it is wrong: all that is, is listed.</exception>
    public static EmulatorFile Parse(string json, string? folder = null, string? outputFolder = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(Encoding.UTF8.GetBytes(json), "The emulator's file", Path.GetFullPath(folder ?? "."), outputFolder);
    }

    /// <summary>
    /// Starts an emulator as the file says, and writes the files it asks for: the authority to trust, and the admin token (readable by this
    /// user only). They are written through no link, and replace no file that an emulator did not make.
    /// </summary>
    /// <param name="timeProvider">The emulator's clock; the system's when null.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="EmulatorFileException">The emulator refuses something that the file asks for.</exception>
    /// <exception cref="IOException">A port is taken, or a file cannot be written.</exception>
    public async Task<EntraEmulator> StartAsync(TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _settings.StartAsync(timeProvider ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // The exception that the same call in C# would throw.
            throw new EmulatorFileException(_what, [new EmulatorFileProblem("", TokenError.Explain(exception))]);
        }
    }

    private static EmulatorFile Parse(ReadOnlyMemory<byte> json, string what, string folder, string? outputFolder)
    {
        var reader = DocumentReader.Parse(json, what, folder, outputFolder is null ? null : Path.GetFullPath(outputFolder));
        var settings = EmulatorSettings.Read(reader.Root);
        reader.Complete();
        return new EmulatorFile(what, settings);
    }
}
