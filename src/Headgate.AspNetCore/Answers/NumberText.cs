using System.Globalization;

namespace Headgate.AspNetCore.Answers;

/// <summary>Numbers as text, the recent ones without an allocation.</summary>
/// <remarks>Racy and right: entries are immutable, and a lost one is only written again.</remarks>
internal sealed class NumberText
{
    private const int Size = 256;
    private readonly Entry?[] _entries = new Entry?[Size];

    public string Of(long number)
    {
        ref Entry? entry = ref _entries[(int)((ulong)number % Size)];
        Entry? known = entry;
        if (known is null || known.Number != number) entry = known = new Entry(number, number.ToString(CultureInfo.InvariantCulture));
        return known.Text;
    }

    private sealed record Entry(long Number, string Text);
}
