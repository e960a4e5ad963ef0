using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sentiment.Api.Requests;

/// <summary>
/// Where a list goes on, opaque to clients: the list's own key behind a mark of the route, its values and the filters, so that
/// another list's, another tenant's or another filter's cursor is refused. It holds on to nothing of the request.
/// </summary>
internal sealed class Cursor
{
    private const int MarkBytes = 8;
    private const int MaxLength = 1000;
    private readonly byte[] _mark;

    private Cursor(byte[] mark) => _mark = mark;

    /// <summary>Tells the list from others, as the request put it.</summary>
    public string Mark => Convert.ToHexStringLower(_mark);

    /// <summary>Of the list that a request asks for.</summary>
    public static Cursor Of(HttpRequest request)
    {
        var route = (request.HttpContext.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        var values = request.RouteValues.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}");
        var filters = request.Query.Where(q => !q.Key.Equals("limit", StringComparison.OrdinalIgnoreCase) && !q.Key.Equals("cursor", StringComparison.OrdinalIgnoreCase))
            .OrderBy(q => q.Key, StringComparer.OrdinalIgnoreCase).Select(q => $"{q.Key.ToLowerInvariant()}={q.Value}");
        return new(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [route, .. values, "?", .. filters])))[..MarkBytes]);
    }

    /// <summary>The cursor of the page after a key; null: there is none.</summary>
    public string? Write(string? key) => key is null ? null : Base64Url.EncodeToString([.. _mark, .. Encoding.UTF8.GetBytes(key)]);

    /// <summary>The list's own key; null where there is no cursor.</summary>
    /// <exception cref="RequestProblem">The cursor is not of this list.</exception>
    public string? Read(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        if (cursor.Length <= MaxLength && Base64Url.IsValid(cursor) && Base64Url.DecodeFromChars(cursor) is { Length: > MarkBytes } bytes
            && bytes.AsSpan(0, MarkBytes).SequenceEqual(_mark))
        {
            return Encoding.UTF8.GetString(bytes.AsSpan(MarkBytes));
        }

        throw Bad();
    }

    /// <summary>Reads on from a cursor; a list that does not know the key refuses it as well.</summary>
    /// <param name="cursor">As the client gives it.</param>
    /// <param name="read">Reads the page after a key, null: the first.</param>
    /// <exception cref="RequestProblem">The cursor is not of this list.</exception>
    public async Task<T> FromAsync<T>(string? cursor, Func<string?, Task<T>> read)
    {
        var after = Read(cursor);
        try
        {
            return await read(after).ConfigureAwait(false);
        }
        catch (ArgumentException) when (after is not null)
        {
            throw Bad();
        }
    }

    private static RequestProblem Bad() => RequestProblem.Bad("cursor", "the 'next' of the page before expected");
}
