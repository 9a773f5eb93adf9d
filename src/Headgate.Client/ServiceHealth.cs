using System.Net;

namespace Headgate.Client;

/// <summary>How the service says it is. An immutable value.</summary>
/// <param name="IsReady">True if it takes requests and can decide them.</param>
/// <param name="Status">What it answered; 0 if it did not.</param>
/// <param name="Report">The JSON of its answer, with the reasons; empty if there was none.</param>
public readonly record struct ServiceHealth(bool IsReady, HttpStatusCode Status, string Report);
