using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Sentiment.Api.Requests;

/// <summary>The query parameters that an endpoint knows, each once: those texts that its handler takes and its path does not have.</summary>
internal sealed class KnownParameters
{
    // A longer or stranger name is none that a person mistyped.
    private const int MaxShown = 40;

    private KnownParameters(IReadOnlyList<string> names) => Names = names;

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names { get; }

    public static KnownParameters Of(EndpointBuilder builder)
    {
        var inPath = ((RouteEndpointBuilder)builder).RoutePattern.Parameters.Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new([.. builder.Metadata.OfType<IParameterBindingMetadata>()
            .Where(p => p.ParameterInfo.ParameterType == typeof(string)).Select(p => p.Name).Where(name => !inPath.Contains(name))]);
    }

    /// <exception cref="RequestProblem">One is unknown, or is there more than once.</exception>
    public void Check(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (!Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                var shown = name.Length is > 0 and <= MaxShown && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? name : "query";
                throw RequestProblem.Bad(shown, Names.Count == 0 ? "no such parameter; none expected" : $"no such parameter; {string.Join(", ", Names)} expected");
            }

            if (values.Count > 1)
            {
                throw RequestProblem.Bad(name, "one value expected");
            }
        }
    }
}
