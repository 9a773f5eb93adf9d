using System.Text;
using Headgate.Http.Learning;

namespace Headgate.Http.Tests.Learning;

/// <summary>RFC 9651, sections 3.1 and 4.2, for lists of strings with parameters.</summary>
public class StructuredListTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("   ", "")]
    [InlineData("\"a\"", "a")]
    [InlineData("  \"a\"  ", "a")]
    [InlineData("\"\"", "")]
    [InlineData("\"a\",\"b\"", "a|b")]
    [InlineData("\"a\" \t,\t \"b\"", "a|b")]
    [InlineData("\"a \\\" \\\\ , ; z\"", "a \\\" \\\\ , ; z")]
    [InlineData("\"a\";r=5;t=30", "a;r=5;t=30")]
    [InlineData("\"a\";  r=5;t", "a;r=5;t=?")]
    [InlineData("\"a\";r=-5", "a;r=-5")]
    [InlineData("\"a\";r=999999999999999", "a;r=999999999999999")]
    [InlineData("\"a\";r=5.0", "a;r=?")]
    [InlineData("\"a\";r=007", "a;r=7")]
    [InlineData("\"a\";pk=:cHJpdmF0ZQ==:;r=1", "a;pk=?;r=1")]
    [InlineData("\"a\";pk=::", "a;pk=?")]
    [InlineData("\"a\";pk=:cHI:", "a;pk=?")]
    [InlineData("\"a\";*k.-_9=*tok/en:!#", "a;*k.-_9=?")]
    [InlineData("\"a\";x=?1;y=?0;z=@1659578233;w=\"s\";v=%\"f%c3%bc\"", "a;x=?;y=?;z=?;w=?;v=?")]
    public void Reads_what_the_grammar_allows(string text, string read) => Assert.Equal(read, Read(text));

    [Theory]
    [InlineData("a")]
    [InlineData("5;r=1")]
    [InlineData("(\"a\" \"b\")")]
    [InlineData("\"a")]
    [InlineData("\"a\\")]
    [InlineData("\"a\\n\"")]
    [InlineData("\"ü\"")]
    [InlineData("\"a\u0001\"")]
    [InlineData("\"a\",")]
    [InlineData("\"a\",,\"b\"")]
    [InlineData(",\"a\"")]
    [InlineData("\"a\" \"b\"")]
    [InlineData("\"a\";R=1")]
    [InlineData("\"a\";")]
    [InlineData("\"a\" ;r=1")]
    [InlineData("\"a\";r =1")]
    [InlineData("\"a\";r=")]
    [InlineData("\"a\";r= 1")]
    [InlineData("\"a\";r=-")]
    [InlineData("\"a\";r=--1")]
    [InlineData("\"a\";r=1000000000000000")]
    [InlineData("\"a\";r=1.")]
    [InlineData("\"a\";r=1.2345")]
    [InlineData("\"a\";r=1234567890123.1")]
    [InlineData("\"a\";r=1e5")]
    [InlineData("\"a\";r=0x1")]
    [InlineData("\"a\";r=?2")]
    [InlineData("\"a\";r=:a b:")]
    [InlineData("\"a\";r=:ab")]
    [InlineData("\"a\";r=@1.5")]
    [InlineData("\"a\";r=%\"%C3\"")]
    [InlineData("\"a\";r=%\"%c\"")]
    [InlineData("\"a\";r=(1 2)")]
    [InlineData("limit=100, remaining=0, reset=50")]
    public void Ignores_the_whole_of_what_breaks_it(string text) => Assert.Null(Read(text));

    [Fact]
    public void A_field_of_8192_characters_is_the_longest()
    {
        string longest = $"\"{new string('a', StructuredListReader.MostLength - 2)}\"";
        Assert.NotNull(Read(longest));
        Assert.Null(Read($" {longest}"));
    }

    /// <summary>Names and parameters; a question mark where the value is no Integer. Null if the field is not valid.</summary>
    internal static string? Read(string text)
    {
        StringBuilder read = new();
        StructuredListReader reader = new(text);
        while (reader.ReadItem(out ReadOnlySpan<char> name))
        {
            if (read.Length > 0) read.Append('|');
            read.Append(name);
            while (reader.ReadParameter(out ReadOnlySpan<char> key, out long? integer))
                read.Append(';').Append(key).Append('=').Append(integer is { } value ? value.ToString(System.Globalization.CultureInfo.InvariantCulture) : "?");
        }

        return reader.IsValid ? read.ToString() : null;
    }
}
