using System.Text.Json;

namespace Sentiment.Functions.Durable;

/// <summary>One attempt of an activity on its way to its function, with what Durable Task itself does not carry.</summary>
/// <param name="Instance">The id of the calling workflow.</param>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="Seconds">How long it may take.</param>
/// <param name="Input">The activity's input.</param>
internal sealed record ActivityCall(string Instance, int Attempt, double Seconds, JsonElement? Input);
