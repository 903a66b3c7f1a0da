using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Writes HTML. The text of a literal is markup, and every value in it is data: <c>Write($"&lt;td&gt;{name}&lt;/td&gt;")</c> cleans and
/// escapes the name. There is no way to write a value as markup, because anyone who may register an application chooses its name.
/// </summary>
internal sealed class HtmlWriter(TextWriter writer)
{
    // Keeps letters of all languages, and escapes what ends a text or an attribute in quotes.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public void Write([ConstantExpected] string markup) => writer.Write(markup);

    /// <summary>The style sheet of the assembly.</summary>
    public void WriteStyle(string style) => writer.Write($"<style>{style}</style>\n");

    /// <summary>The values are already written when the call is made; that is how an interpolated string reaches its handler.</summary>
    public void Write([InterpolatedStringHandlerArgument("")] ref Markup markup) => writer.Write('\n');

    [InterpolatedStringHandler]
    internal readonly ref struct Markup
    {
        private readonly TextWriter _writer;

        public Markup(int literalLength, int formattedCount, HtmlWriter html)
        {
            _ = literalLength + formattedCount;
            _writer = html.Inner;
        }

        public void AppendLiteral(string markup) => _writer.Write(markup);

        public void AppendFormatted(string? text) => Encoder.Encode(_writer, PlainText.Of(text));

        public void AppendFormatted(int number) => _writer.Write(number.ToString("N0", CultureInfo.InvariantCulture));

        /// <summary>A coordinate.</summary>
        public void AppendFormatted(double number) => _writer.Write(number.ToString("0.##", CultureInfo.InvariantCulture));

        /// <summary>The day, in UTC.</summary>
        public void AppendFormatted(DateTimeOffset moment) => _writer.Write(PlainText.Day(moment));
    }

    private TextWriter Inner => writer;
}
