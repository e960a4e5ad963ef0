namespace Sentiment.Domain.Storage;

/// <summary>Immutable byte sequences by name; raw vendor payloads are kept here.</summary>
public interface IBlobStore
{
    /// <summary>Stores the bytes under the name unless it exists; durable, and complete or absent, when it returns.</summary>
    /// <param name="name">Slash-separated parts of <c>[A-Za-z0-9._~-]</c>, none of them <c>.</c> or <c>..</c>; names of content-addressed blobs contain their hash.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="cancellationToken">Gives the write up; the blob is then complete or absent.</param>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    Task PutAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>The bytes, or null if there is no such blob.</summary>
    Task<ReadOnlyMemory<byte>?> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>Names with the prefix, in ordinal order.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes a blob; absent is fine.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}
