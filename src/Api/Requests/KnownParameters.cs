using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Sentiment.Api.Requests;

/// <summary>The query parameters that an endpoint knows: those texts that its handler takes and its path does not have; once, but where it takes several.</summary>
internal sealed class KnownParameters
{
    // A longer or stranger name is none that a person mistyped.
    private const int MaxShown = 40;

    private readonly IReadOnlyList<string> _several;

    private KnownParameters(IReadOnlyList<string> names, IReadOnlyList<string> several) => (Names, _several) = (names, several);

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names { get; }

    public static KnownParameters Of(EndpointBuilder builder)
    {
        var inPath = ((RouteEndpointBuilder)builder).RoutePattern.Parameters.Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new(NamesOf(typeof(string), typeof(string[])), NamesOf(typeof(string[])));

        string[] NamesOf(params Type[] types) => [.. builder.Metadata.OfType<IParameterBindingMetadata>()
            .Where(p => types.Contains(p.ParameterInfo.ParameterType)).Select(p => p.Name).Where(name => !inPath.Contains(name))];
    }

    /// <exception cref="RequestProblem">One is unknown, or is there more than once where one value is taken.</exception>
    public void Check(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (!Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                var shown = name.Length is > 0 and <= MaxShown && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? name : "query";
                throw RequestProblem.Bad(shown, Names.Count == 0 ? "no such parameter; none expected" : $"no such parameter; {string.Join(", ", Names)} expected");
            }

            if (values.Count > 1 && !_several.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw RequestProblem.Bad(name, "one value expected");
            }
        }
    }
}
