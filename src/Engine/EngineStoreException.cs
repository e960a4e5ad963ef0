namespace Sentiment.Engine;

/// <summary>The engine's file cannot be used; the message names the file and what to do.</summary>
public sealed class EngineStoreException(string message, Exception? inner = null) : Exception(message, inner);
