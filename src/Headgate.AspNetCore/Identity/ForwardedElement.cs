namespace Headgate.AspNetCore.Identity;

/// <summary>One hop as it is written: an element of <c>Forwarded</c> (RFC 7239) or of <c>X-Forwarded-For</c>.</summary>
internal static class ForwardedElement
{
    /// <summary>
    /// The last comma outside quotes, or -1. Read from the right, because there the trusted proxies wrote: a quote that a caller left open
    /// further left changes nothing.
    /// </summary>
    public static int LastComma(ReadOnlySpan<char> text)
    {
        bool isQuoted = false;
        for (int i = text.Length - 1; i >= 0; i--)
        {
            if (text[i] == '"' && !IsEscaped(text, i)) isQuoted = !isQuoted;
            else if (text[i] == ',' && !isQuoted) return i;
        }

        return -1;
    }

    /// <summary>The value of <c>for</c> in <c>for="[2001:db8::1]:4711";proto=https</c>, without its quotes. Not if it is there twice.</summary>
    public static bool TryReadFor(ReadOnlySpan<char> element, out ReadOnlySpan<char> node)
    {
        node = default;
        bool isFound = false;
        while (!element.IsEmpty)
        {
            int equals = element.IndexOf('=');
            if (equals <= 0) return false;
            ReadOnlySpan<char> name = element[..equals].Trim(" \t"), value = element[(equals + 1)..].TrimStart(" \t");
            int end = value.StartsWith('"') ? ClosingQuote(value) + 1 : value.IndexOf(';') is var semicolon and >= 0 ? semicolon : value.Length;
            if (end == 0) return false;
            element = value[end..].TrimStart(" \t");
            if (!element.IsEmpty && element[0] != ';') return false;
            if (!element.IsEmpty) element = element[1..];
            if (!name.Equals("for", StringComparison.OrdinalIgnoreCase)) continue;
            if (isFound) return false;
            isFound = true;
            node = value[0] == '"' ? value[1..(end - 1)] : value[..end].TrimEnd(" \t");
        }

        return isFound;
    }

    /// <summary>Reads an address with or without a port. <c>unknown</c> and hidden names (<c>_gazonk</c>) are no addresses.</summary>
    public static bool TryReadNode(ReadOnlySpan<char> node, out NetworkAddress address)
    {
        address = default;
        if (node.StartsWith('['))
        {
            int end = node.IndexOf(']');
            return end > 0 && node[1..end].Contains(':') && IsPort(node[(end + 1)..]) && NetworkAddress.TryParse(node[1..end], out address);
        }

        int colon = node.IndexOf(':');
        // More than one colon without brackets is IPv6, and then no part of it is a port.
        if (colon < 0 || node[(colon + 1)..].Contains(':')) return NetworkAddress.TryParse(node, out address);
        return IsPort(node[colon..]) && NetworkAddress.TryParse(node[..colon], out address);
    }

    private static bool IsPort(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return true;
        if (text[0] != ':' || text.Length is < 2 or > 64) return false;
        ReadOnlySpan<char> port = text[1..];
        return port[0] == '_' || (port.Length <= 5 && !port.ContainsAnyExceptInRange('0', '9'));
    }

    private static int ClosingQuote(ReadOnlySpan<char> value)
    {
        for (int i = 1; i < value.Length; i++)
        {
            if (value[i] == '\\') i++;
            else if (value[i] == '"') return i;
        }

        return -1;
    }

    private static bool IsEscaped(ReadOnlySpan<char> text, int at)
    {
        int slashes = 0;
        while (at - slashes - 1 >= 0 && text[at - slashes - 1] == '\\') slashes++;
        return slashes % 2 == 1;
    }
}
