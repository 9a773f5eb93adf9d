namespace Headgate.AspNetCore.Paths;

/// <summary>Request methods as configuration writes them; case does not matter.</summary>
internal static class MethodList
{
    public static bool Contains(string[] methods, string method)
    {
        foreach (string known in methods)
        {
            if (known.Equals(method, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
