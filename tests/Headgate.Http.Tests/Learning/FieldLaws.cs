using System.Globalization;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Headgate.Conformance;
using Headgate.Conformance.Generation;
using Headgate.Http.Learning;

namespace Headgate.Http.Tests.Learning;

/// <summary>Whatever the other side sends, reading it neither throws nor takes garbage for a word; what was written by the grammar is read back.</summary>
public class FieldLaws
{
    private const int Tests = 3000;

    private static readonly string[] Scraps =
    [
        "\"a\"", "\"", "\\", ";", ";r=0", ";t=30", ";r=1", ";w=60", ";q=5", "=", ",", " ", "\t", "0", "-", "9", ".", "999999999999999", "1000000000000000", ":", ":YQ==:",
        "?1", "@5", "%\"x%c3\"", "(", ")", "r", "*", "ü", "\u0000", "\u007f", "\ud800", "Wed, 21 Oct 2026 07:28:00 GMT", "1e5", "NaN", "∞", "limit=1", "18446744073709551616",
    ];

    [Fact]
    public void Scraps_of_fields_never_throw_and_a_wait_is_never_negative()
    {
        PropertyCheck.ForAll(
            Gen.Elements(Scraps).ArrayOf().Two().ToArbitrary(),
            pair =>
            {
                (string field, string policy) = (string.Concat(pair.Item1), string.Concat(pair.Item2));
                bool isValid = QuotaFields.TryReadWait(field, policy, out long seconds, out _);
                Assert.InRange(seconds, 0, 999_999_999_999_999);
                Assert.Equal(StructuredListTests.Read(field) is not null, isValid);
                if (!isValid) Assert.Equal(0, seconds);
                _ = ResetField.IsSpent(field);
                if (ResetField.TryRead(field, DateTimeOffset.UnixEpoch, out TimeSpan wait)) Assert.True(wait >= TimeSpan.Zero);
            },
            Tests);
    }

    [Fact]
    public void Any_characters_never_throw()
    {
        PropertyCheck.ForAll(
            Gen.Choose(0, 0x17f).Select(c => (char)c).ArrayOf().ToArbitrary(),
            characters =>
            {
                string field = new(characters);
                QuotaFields.TryReadWait(field, field, out _, out _);
                ResetField.TryRead(field, DateTimeOffset.MaxValue, out _);
            },
            Tests);
    }

    [Fact]
    public void Answers_full_of_garbage_never_throw()
    {
        FakeClock clock = new();
        string[] names = ["Retry-After", "RateLimit", "RateLimit-Policy", "RateLimit-Remaining", "RateLimit-Reset", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Date"];
        Gen<(string Name, string Value)> field = Gen.Elements(names).Zip(Gen.Elements(Scraps).ArrayOf().Select(string.Concat), (name, value) => (name, value));
        Gen<HttpStatusCode> status = Gen.Elements(HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable);
        PropertyCheck.ForAll(
            status.Zip(field.ArrayOf(), (code, fields) => (Code: code, Fields: fields)).ToArbitrary(),
            answer =>
            {
                using HttpResponseMessage response = new(answer.Code);
                foreach ((string name, string value) in answer.Fields) response.Headers.TryAddWithoutValidation(name, value);
                TimeSpan wait = AnswerReader.Read(response, clock, out LearnedFrom from);
                Assert.Equal(wait > TimeSpan.Zero, from != LearnedFrom.Nothing);
                Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromDays(400));
            },
            Tests);
    }

    [Fact]
    public void What_was_written_by_the_grammar_is_read_back()
    {
        Gen<Item> item = Gen.Choose(0, 3).Zip(Gen.Choose(-1, 2).Zip(Gen.Choose(-1, 100), (r, t) => (r, t)), (name, numbers) => new Item(name, numbers.r, numbers.t));
        PropertyCheck.ForAll(
            item.NonEmptyListOf().Zip(Gen.Choose(0, 3), (items, padding) => (Items: items, Padding: padding)).ToArbitrary(),
            drawn =>
            {
                string space = new(' ', drawn.Padding);
                string field = space + string.Join($"{space},\t{space}", drawn.Items.Select(i => i.Write(space)));
                // "n2" has a policy: its window stands in where t is missing.
                Assert.True(QuotaFields.TryReadWait(field, "\"n1\";q=9, \"n2\";q=5;w=7", out long seconds, out _), field);
                Assert.Equal(drawn.Items.Max(i => i.Wait), seconds);
            });
    }

    /// <summary>One item; -1 leaves a parameter out.</summary>
    private sealed record Item(int Name, int Remaining, int Window)
    {
        public long Wait => Remaining != 0 ? 0 : Window >= 0 ? Window : Name == 2 ? 7 : 0;

        public string Write(string space) => $"\"n{Name}\";x-vendor=\"a\\\",;b\"{Number("r", Remaining, space)};pk=:YQ==:{Number("t", Window, space)}";

        private static string Number(string key, int value, string space) =>
            value < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $";{space}{key}={value}");
    }
}
