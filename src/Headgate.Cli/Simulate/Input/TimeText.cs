using System.Buffers.Text;

namespace Headgate.Cli.Simulate.Input;

/// <summary>
/// Times as logs write them, in microseconds since 1970: combined (<c>17/May/2015:10:05:03 +0000</c>), ISO 8601, and Unix time in
/// seconds, milliseconds, microseconds or nanoseconds, told apart by their size.
/// </summary>
internal static class TimeText
{
    public const string Expected = "17/May/2015:10:05:03 +0000, 2015-05-17T10:05:03Z, or Unix seconds or milliseconds";

    /// <summary>1970 to 2199: every unit of Unix time has its own range of numbers, and window arithmetic stays in
    /// bounds.</summary>
    private const long MaxSeconds = 7_258_118_400;

    private const int CombinedLength = 26;

    public static bool TryParse(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length >= 2 && text[0] == '[' && text[^1] == ']') text = text[1..^1];
        if (text.Length == CombinedLength && text[2] == '/') return TryCombined(text, out micros);
        if (text.Length >= 10 && text[4] == '-') return TryIso(text, out micros);
        return TryUnix(text, out micros);
    }

    public static bool TryCombined(ReadOnlySpan<byte> t, out long micros)
    {
        micros = 0;
        if (t.Length != CombinedLength || t[2] != '/' || t[6] != '/' || t[11] != ':' || t[14] != ':' || t[17] != ':'
            || t[20] != ' ') return false;
        int month = Month(t[3..6]);
        return Two(t, 0, out int day) & Two(t, 7, out int century) & Two(t, 9, out int year)
            & Two(t, 12, out int hour) & Two(t, 15, out int minute) & Two(t, 18, out int second)
            & Two(t, 22, out int zoneHour) & Two(t, 24, out int zoneMinute) & t[21] is (byte)'+' or (byte)'-'
            && TryCompose((century * 100) + year, month, day, hour, minute, second, 0,
                (zoneHour * 60) + zoneMinute, t[21] == '-', out micros);
    }

    /// <summary>Date, 'T' or a space, time of day, decimals, and 'Z' or an offset; UTC where there is none.</summary>
    public static bool TryIso(ReadOnlySpan<byte> t, out long micros)
    {
        micros = 0;
        if (t.Length < 10 || t[4] != '-' || t[7] != '-') return false;
        if (!(Two(t, 0, out int century) & Two(t, 2, out int year) & Two(t, 5, out int month) & Two(t, 8, out int day)))
            return false;
        year += century * 100;
        if (t.Length == 10) return TryCompose(year, month, day, 0, 0, 0, 0, 0, false, out micros);
        if (t.Length < 16 || t[10] is not ((byte)'T' or (byte)'t' or (byte)' ') || t[13] != ':') return false;
        if (!(Two(t, 11, out int hour) & Two(t, 14, out int minute))) return false;

        int at = 16, second = 0;
        long fraction = 0;
        if (at < t.Length && t[at] == ':')
        {
            if (t.Length < 19 || !Two(t, 17, out second)) return false;
            at = 19;
            if (at < t.Length && t[at] is (byte)'.' or (byte)',')
            {
                int start = ++at;
                long unit = 100_000;
                for (; at < t.Length && t[at] - '0' is >= 0 and <= 9; at++, unit /= 10) fraction += (t[at] - '0') * unit;
                if (at == start) return false;
            }
        }

        if (at < t.Length && t[at] == ' ') at++;
        ReadOnlySpan<byte> zone = t[at..];
        int zoneHour = 0, zoneMinute = 0;
        bool known = zone.Length == 0 || (zone.Length == 1 && zone[0] is (byte)'Z' or (byte)'z');
        if (!known)
        {
            if (zone.Length < 3 || zone[0] is not ((byte)'+' or (byte)'-') || !Two(zone, 1, out zoneHour)) return false;
            known = zone.Length switch
            {
                3 => true,
                5 => Two(zone, 3, out zoneMinute),
                6 => zone[3] == ':' && Two(zone, 4, out zoneMinute),
                _ => false,
            };
        }

        return known && TryCompose(year, month, day, hour, minute, second, fraction, (zoneHour * 60) + zoneMinute,
            zone.Length > 0 && zone[0] == '-', out micros);
    }

    /// <summary>A decimal number; 11 digits before the point are still seconds, 14 milliseconds, 17 microseconds, more
    /// nanoseconds.</summary>
    public static bool TryUnix(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        int dot = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = dot < 0 ? text : text[..dot];
        ReadOnlySpan<byte> decimals = dot < 0 ? [] : text[(dot + 1)..];
        if (whole.Length == 0 || whole[0] is (byte)'-' or (byte)'+') return false;
        if (!Utf8Parser.TryParse(whole, out long number, out int used) || used != whole.Length) return false;

        long scale = number switch
        {
            < 100_000_000_000 => 1_000_000,
            < 100_000_000_000_000 => 1000,
            < 100_000_000_000_000_000 => 1,
            _ => 0,
        };
        long seconds = scale == 0 ? number / 1_000_000_000 : number / (1_000_000 / scale);
        if (seconds > MaxSeconds) return false;
        micros = scale == 0 ? number / 1000 : number * scale;
        foreach (byte b in decimals)
        {
            if (b is < (byte)'0' or > (byte)'9') return false;
            scale /= 10;
            micros += (b - '0') * scale;
        }

        return true;
    }

    private static bool TryCompose(
        int year, int month, int day, int hour, int minute, int second, long fraction, int zoneMinutes, bool west, out long micros)
    {
        micros = 0;

        // Second 60 is a leap second; it is taken as the first of the next minute, as Unix time does.
        if (month is < 1 or > 12 || year is < 1970 or > 2199 || hour > 23 || minute > 59 || second > 60
            || zoneMinutes > 1080) return false;
        if (day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        long seconds = (DaysSince1970(year, month, day) * 86_400) + (hour * 3600) + (minute * 60) + second;
        seconds += west ? zoneMinutes * 60 : -zoneMinutes * 60;
        if (seconds < 0) return false;
        micros = (seconds * 1_000_000) + fraction;
        return true;
    }

    /// <summary>Howard Hinnant's days_from_civil: years begin in March, so that the leap day is the last.</summary>
    private static long DaysSince1970(int year, int month, int day)
    {
        if (month <= 2) year--;
        int era = year / 400;
        int yearOfEra = year - (era * 400);
        int dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        return (era * 146_097L) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719_468;
    }

    private static int Month(ReadOnlySpan<byte> name) => (name[0] | name[1] << 8 | name[2] << 16) switch
    {
        'J' | 'a' << 8 | 'n' << 16 => 1,
        'F' | 'e' << 8 | 'b' << 16 => 2,
        'M' | 'a' << 8 | 'r' << 16 => 3,
        'A' | 'p' << 8 | 'r' << 16 => 4,
        'M' | 'a' << 8 | 'y' << 16 => 5,
        'J' | 'u' << 8 | 'n' << 16 => 6,
        'J' | 'u' << 8 | 'l' << 16 => 7,
        'A' | 'u' << 8 | 'g' << 16 => 8,
        'S' | 'e' << 8 | 'p' << 16 => 9,
        'O' | 'c' << 8 | 't' << 16 => 10,
        'N' | 'o' << 8 | 'v' << 16 => 11,
        'D' | 'e' << 8 | 'c' << 16 => 12,
        _ => 0,
    };

    private static bool Two(ReadOnlySpan<byte> text, int at, out int value)
    {
        int tens = text[at] - '0', ones = text[at + 1] - '0';
        value = (tens * 10) + ones;
        return (uint)tens <= 9 && (uint)ones <= 9;
    }
}
