using System.Collections.Immutable;
using Headgate.AspNetCore.Admin;
using Headgate.Server.Changes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.Server.Access;

/// <summary>
/// Lets in who shows a good key, and where keys are off whoever is on this machine. A key that is shown is held against the keys in force, also where
/// none is needed. Allocates nothing for those whom it lets in.
/// </summary>
internal sealed class KeyGate(ConfigBook book, KeyPolicy policy, AuthFailures failures, TimeProvider clock, IServer? server = null) : IAccessGate
{
    public const string KeyHeader = "X-Api-Key";

    private const string Bearer = "Bearer ";

    private KeyTable _table = new(ImmutableDictionary<string, AccessKey>.Empty, policy.First);

    public Caller Enter(HttpContext context) => context.Features[typeof(Caller)] as Caller ?? Admit(context);

    private Caller Admit(HttpContext context)
    {
        StringValues authorization = context.Request.Headers.Authorization;
        StringValues header = context.Request.Headers[KeyHeader];
        if (authorization.Count == 0 && header.Count == 0) return AdmitWithout(context);
        string? bearer = authorization is [{ } text] && text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text : null;
        // Another scheme, Basic say, is meant for somebody else on the way.
        if (bearer is null && header.Count == 0 && authorization.Count == 1) return AdmitWithout(context);
        if (header.Count > 1 || authorization.Count > 1 || (bearer is not null && header.Count == 1))
            throw Refused(context, AuthOutcome.Unknown, "several keys are shown. Send one, as Authorization: Bearer KEY or as X-Api-Key: KEY.");

        ReadOnlySpan<char> secret = bearer is null ? header[0] : bearer.AsSpan(Bearer.Length).Trim();
        KeyOutcome outcome = Table.Find(secret, clock.GetUtcNow(), out Caller caller);
        return outcome switch
        {
            KeyOutcome.Good => caller,
            KeyOutcome.Expired => throw Refused(context, AuthOutcome.Expired, "the key that was shown has expired. Ask an administrator for another one."),
            _ => throw Refused(context, AuthOutcome.Unknown, "the key that was shown is not a good one: it is mistyped, was replaced, or was deleted."),
        };
    }

    private Caller AdmitWithout(HttpContext context)
    {
        if (policy.IsRequired)
            throw Refused(context, AuthOutcome.Missing, "a key is needed, and none is shown. Send it as Authorization: Bearer KEY or as X-Api-Key: KEY.");
        if (!LocalRequests.IsFromHere(context, server))
        {
            failures.Add(AuthOutcome.Foreign, context);
            throw new RequestRefusal(StatusCodes.Status403Forbidden,
                "keys are off, so the service answers this machine alone, and no proxy (a request with Forwarded, X-Forwarded-*, X-Real-IP or Via). Show a key: headgate keys create, or POST /api/keys.");
        }

        if (!LocalRequests.IsByName(context.Request))
        {
            failures.Add(AuthOutcome.Foreign, context);
            throw new RequestRefusal(StatusCodes.Status403Forbidden,
                "keys are off, so the service answers no other site's pages, and only by the names localhost, 127.0.0.1 and [::1] in the Host header. Show a key: headgate keys create, or POST /api/keys.");
        }

        return Caller.Loopback;
    }

    /// <summary>Made anew when keys have changed: a change holds for the next request.</summary>
    private KeyTable Table
    {
        get
        {
            ImmutableDictionary<string, AccessKey> keys = book.Current.Keys;
            KeyTable table = Volatile.Read(ref _table);
            if (ReferenceEquals(table.Source, keys)) return table;
            table = new KeyTable(keys, policy.First);
            Volatile.Write(ref _table, table);
            return table;
        }
    }

    private RequestRefusal Refused(HttpContext context, AuthOutcome outcome, string detail)
    {
        failures.Add(outcome, context);
        string error = outcome == AuthOutcome.Missing ? "" : ", error=\"invalid_token\"";
        return new RequestRefusal(StatusCodes.Status401Unauthorized, detail) { Header = new("WWW-Authenticate", "Bearer realm=\"headgate\"" + error) };
    }
}
