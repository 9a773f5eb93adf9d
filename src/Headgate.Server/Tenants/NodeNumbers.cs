using System.Globalization;
using System.Text.Json;
using Headgate.AspNetCore.Admin;

namespace Headgate.Server.Tenants;

/// <summary>Numbers in the service's JSON: whole ones within bounds, and spans of time as exact decimals of seconds.</summary>
internal static class NodeNumbers
{
    /// <summary>
    /// A decimal holds 28 digits, and what has more is rounded when it is read. No span here has more than 10 before the point, so that
    /// whatever was rounded has at least this many behind it.
    /// </summary>
    private const int RoundedScale = 18;

    /// <summary>Beyond every bound, and its ticks still far from overflowing.</summary>
    private const decimal Absurd = 1_000_000_000_000;

    public static int? Whole(this AdminFields fields, string field, int least, int most, string remedy) => fields.Whole(field) switch
    {
        null => null,
        { } number when number >= least && number <= most => (int)number,
        { } number => throw AdminRefusal.Bad(field, Text(number), $"{field} is {Text(number)}; it must be between {Text(least)} and {Text(most)}. {remedy}"),
    };

    /// <summary>A span of time in seconds: a microsecond at least, whole microseconds.</summary>
    public static TimeSpan? Seconds(this AdminFields fields, string field, TimeSpan most) =>
        fields.Number(field) is { } seconds ? SpanOf(field, seconds, most) : null;

    /// <exception cref="AdminRefusal">It is out of bounds, or no whole number of microseconds.</exception>
    public static TimeSpan SpanOf(string field, decimal seconds, TimeSpan most)
    {
        decimal ticks = Math.Abs(seconds) > Absurd ? -1 : seconds * TimeSpan.TicksPerSecond;
        if (ticks < TimeSpan.TicksPerMicrosecond || ticks > most.Ticks)
        {
            throw AdminRefusal.Bad(field, Text(seconds),
                $"{field} is {Text(seconds)}; it must be between 0.000001 and {Text(SecondsOf(most))} seconds. Use a span of time within these bounds.");
        }

        if (ticks % TimeSpan.TicksPerMicrosecond != 0 || seconds.Scale >= RoundedScale)
            throw AdminRefusal.Bad(field, Text(seconds), $"{field} is {Text(seconds)}; it must be a whole number of microseconds. Round it to at most 6 decimals.");
        return TimeSpan.FromTicks((long)ticks);
    }

    /// <summary>Exactly, without trailing zeros.</summary>
    public static decimal SecondsOf(TimeSpan span) => (decimal)span.Ticks / TimeSpan.TicksPerSecond;

    public static void WriteSeconds(Utf8JsonWriter json, string field, TimeSpan span) => json.WriteNumber(field, SecondsOf(span));

    public static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
