using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Admin;

/// <summary>One line for each change, category Headgate.AspNetCore.Admin. Callers' keys stand there as the start of their hash.</summary>
internal static partial class AdminLog
{
    public const string Category = "Headgate.AspNetCore.Admin";

    [LoggerMessage(EventId = 1, EventName = "RuleCreated", Level = LogLevel.Information, Message = "{Who} created the {Kind} {Rule} of policy {Policy}: {Limits}")]
    public static partial void RuleCreated(ILogger logger, string who, string kind, string rule, string policy, string limits);

    [LoggerMessage(EventId = 2, EventName = "RuleReplaced", Level = LogLevel.Information, Message = "{Who} replaced the {Kind} {Rule} of policy {Policy}: {Limits}")]
    public static partial void RuleReplaced(ILogger logger, string who, string kind, string rule, string policy, string limits);

    [LoggerMessage(EventId = 3, EventName = "RuleDeleted", Level = LogLevel.Information, Message = "{Who} deleted the {Kind} {Rule} of policy {Policy}, which was: {Limits}")]
    public static partial void RuleDeleted(ILogger logger, string who, string kind, string rule, string policy, string limits);

    [LoggerMessage(EventId = 4, EventName = "KeyReset", Level = LogLevel.Information, Message = "{Who} reset the key {Key} in {Count} states ({Policies})")]
    public static partial void KeyReset(ILogger logger, string who, string key, int count, string policies);

    [LoggerMessage(EventId = 5, EventName = "Exposed", Level = LogLevel.Critical, Message = "The application is stopped: {Problem}")]
    public static partial void Exposed(ILogger logger, string problem);

    [LoggerMessage(EventId = 6, EventName = "OpenToAnybody", Level = LogLevel.Warning, Message = "The admin endpoints at {Prefix} are open to anybody: AllowAnonymous was said of them")]
    public static partial void OpenToAnybody(ILogger logger, string prefix);

    public static void Changed(ILogger logger, string who, RuleView rule, bool isNew)
    {
        if (!logger.IsEnabled(LogLevel.Information)) return;
        string name = NameOf(rule);
        string limits = string.Join("; ", rule.Limits);
        if (isNew) RuleCreated(logger, who, rule.Kind, name, rule.Policy, limits);
        else RuleReplaced(logger, who, rule.Kind, name, rule.Policy, limits);
    }

    public static void Deleted(ILogger logger, string who, RuleView rule)
    {
        if (!logger.IsEnabled(LogLevel.Information)) return;
        string name = NameOf(rule);
        string limits = string.Join("; ", rule.Limits);
        RuleDeleted(logger, who, rule.Kind, name, rule.Policy, limits);
    }

    public static void Reset(ILogger logger, string who, ResetAnswer answer)
    {
        if (!logger.IsEnabled(LogLevel.Information)) return;
        string key = Digest(answer.Key);
        string policies = string.Join(", ", answer.Reset.Select(one => one.Policy).Distinct().Take(50));
        KeyReset(logger, who, key, answer.Reset.Count, policies);
    }

    /// <summary>A key names a person or is a secret. Who knows it finds it: <c>printf %s KEY | sha256sum | cut -c1-12</c>.</summary>
    public static string Digest(string key) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..12];

    private static string NameOf(RuleView rule) => rule.Kind == "policy" ? rule.Key : Digest(rule.Key);
}
