namespace Headgate.Server;

/// <summary>The service cannot start as it is set: wrong usage. The message says what is wrong, and how to mend it.</summary>
public sealed class ServeSettingsException(string message) : Exception(message);
