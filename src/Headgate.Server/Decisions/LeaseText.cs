using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Headgate.Server.Decisions;

/// <summary>The names of held permits, as callers get them: 128 random bits, so that nobody gives back what another holds.</summary>
internal static class LeaseText
{
    private const int Digits = 32;

    public static LeaseId Create()
    {
        UInt128 value = default;
        do RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<UInt128>(ref value)));
        while (value == 0);
        return new LeaseId(value);
    }

    public static bool TryParse(string text, out LeaseId lease)
    {
        lease = default;
        if (text.Length != Digits || !UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value) || value == 0) return false;
        lease = new LeaseId(value);
        return true;
    }
}
