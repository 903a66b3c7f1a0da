using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class FileContentTests
{
    private const string Path = "/run/secrets/key";

    [Theory]
    [InlineData("secret", "secret", null)]
    [InlineData("\uFEFF secret \r\n", "secret", null)]
    [InlineData("two words\n", "two words", null)]
    [InlineData("", null, "is empty, or it is a named pipe or a device")]
    [InlineData(" \n", null, "is empty")]
    [InlineData("two\nlines", null, "holds more than one line")]
    [InlineData("a\u0000b", null, "or a control character")]
    public void A_line_is_the_text_without_the_white_space_around_it(string text, string? line, string? problem)
    {
        var (actual, why) = FileContent.Read(Path, Encoding.UTF8.GetBytes(text)).AsLine();

        Assert.Equal(line, actual);
        Assert.Equal(problem is null, why is null);
        Assert.Contains(problem ?? "", why ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_no_line() =>
        Assert.Equal((null, $"'{Path}' is not UTF-8 text"), FileContent.Read(Path, [0xFF, 0xFE, 0x41]).AsLine());

    public static TheoryData<string, string, bool> Problems => new()
    {
        { "missing", "does not exist", true },
        { "large", "is larger than 1024 KiB", false },
        { "overdue", "was not read within 10 s", false },
        { "pipe", "is not a regular file", false },
        { "denied", "may not be read by this process (access denied)", false },
        { "broken", "could not be read (IOException)", false },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Each_failure_says_what_is_wrong_with_the_path_and_only_an_absent_file_is_missing(string what, string says, bool isMissing)
    {
        var file = what switch
        {
            "missing" => FileContent.Missing(Path),
            "large" => FileContent.TooLarge(Path),
            "overdue" => FileContent.Overdue(Path, TimeSpan.FromSeconds(10)),
            "pipe" => FileContent.NotRegular(Path),
            "denied" => FileContent.Unreadable(Path, new UnauthorizedAccessException("canary")),
            _ => FileContent.Unreadable(Path, new IOException("canary")),
        };

        Assert.StartsWith($"'{Path}' {says}", file.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", file.Problem, StringComparison.Ordinal);
        Assert.Equal((null, file.Problem), file.AsLine());
        Assert.Null(file.Bytes);
        Assert.Equal(isMissing, file.IsMissing);
    }

    [Fact]
    public void The_content_is_not_in_its_text() => Assert.DoesNotContain(
        "canary", FileContent.Read(Path, "canary"u8.ToArray()).ToString(), StringComparison.Ordinal);
}
