using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Identity;

/// <summary>
/// All that tells callers apart under one configuration. Equal sources and selectors share one reader, so that the caches are bounded
/// however many policies there are. Thread-safe.
/// </summary>
internal sealed class CallerIdentity
{
    private readonly ForwardedOptions _forwarded;
    private readonly ApiKeys _apiKeys;
    private readonly ValueKeys _values = new();
    private readonly ConcurrentDictionary<string, KeyReader> _readers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<KeySelector, CallerKeys> _keys = new();

    public CallerIdentity(ForwardedOptions forwarded, ApiKeys apiKeys, IdentityOptions options)
    {
        _forwarded = forwarded;
        _apiKeys = apiKeys;
        Options = options;
    }

    public IdentityOptions Options { get; }

    /// <summary>The keys of a selector: the same object for an equal one. Not for every request: ask once for each policy.</summary>
    /// <exception cref="PolicyException">It asks for a function that the application does not have.</exception>
    public CallerKeys KeysOf(KeySelector selector)
    {
        if (_keys.TryGetValue(selector, out CallerKeys? known)) return known;
        Validate(selector, Options);
        KeyReader[][] parts = [.. selector.Parts.Select(part => part.Select(ReaderOf).ToArray())];
        return _keys.GetOrAdd(selector, new CallerKeys(parts, _values));
    }

    /// <summary>Checks that the application has what a selector asks for.</summary>
    /// <exception cref="PolicyException">It has not; the message names it and those there are.</exception>
    public static void Validate(KeySelector selector, IdentityOptions options)
    {
        foreach (KeySource source in selector.Parts.SelectMany(part => part))
        {
            if (source.Kind != KeyKind.Custom || options.Custom.ContainsKey(source.Name!)) continue;
            string known = options.Custom.Count == 0 ? "there are none" : $"known are {string.Join(", ", options.Custom.Keys.Order(StringComparer.Ordinal).Take(50))}";
            throw new PolicyException($"the key '{selector}' asks for the function '{source.Name}', which is not known; {known}. Add it to IdentityOptions.Custom.");
        }
    }

    private KeyReader ReaderOf(KeySource source) => _readers.GetOrAdd(source.ToString(), (_, of) => Build(of), source);

    private KeyReader Build(KeySource source)
    {
        // A named source has a name: KeySource.Parse sees to that.
        string name = source.Name ?? "";
        return source.Kind switch
        {
            KeyKind.ApiKey => new ApiKeyReader(_apiKeys, Options, _values),
            KeyKind.Ip => new AddressReader(_forwarded),
            KeyKind.Global => new GlobalReader(source),
            KeyKind.User when Options.User is { } user => Value(source, (context, _) => user(context)),
            KeyKind.User => Value(source, (_, caller) => Claims.UserOf(caller), usesCaller: true),
            KeyKind.Tenant when Options.Tenant is { } tenant => Value(source, (context, _) => tenant(context)),
            KeyKind.Tenant => Value(source, (_, caller) => Claims.TenantOf(caller), usesCaller: true),
            KeyKind.Claim => Value(source, (_, caller) => Claims.Find(caller, name), usesCaller: true),
            KeyKind.Header => Value(source, (context, _) => ListOf(context.Request.Headers[name])),
            KeyKind.Route => Value(source, (context, _) => Convert.ToString(context.Request.RouteValues[name], CultureInfo.InvariantCulture)),
            KeyKind.Query => Value(source, (context, _) => OnlyOf(context.Request.Query[name])),
            KeyKind.Custom => Value(source, (context, _) => Options.Custom[name](context)),
            _ => throw new InvalidOperationException($"'{source}' is a key source without a reader."),
        };
    }

    private ValueReader Value(KeySource source, Func<HttpContext, ClaimsPrincipal?, string?> read, bool usesCaller = false) =>
        new(source, read, _values, usesCaller);

    // Several lines of a header are one list (RFC 9110, 5.3): who sends them apart is the same caller.
    private static string? ListOf(StringValues lines) => lines.Count == 1 ? lines[0] : lines.ToString();

    // Which of several parameters counts differs from application to application: none identifies the caller.
    private static string? OnlyOf(StringValues values) => values.Count == 1 ? values[0] : null;
}
