using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Sentiment.Adapters.AzureStorage;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.AzureBlobs;

/// <summary>Blobs in one Azure container, which the first write creates.</summary>
/// <remarks>
/// Throttling and passing failures are retried (see <see cref="AzureStorageClients"/>). Accounts with a hierarchical
/// namespace list names in another order and are not supported.
/// </remarks>
/// <param name="options">Which account and container.</param>
/// <param name="identity">Enters the account where no connection string is given.</param>
public sealed class AzureBlobStore(AzureStorageOptions options, Func<TokenCredential> identity) : IBlobStore
{
    // Up to here a blob is one request; a larger one is sent in blocks and appears with the last of them.
    private const int OneRequest = 64 * 1024 * 1024;

    private readonly BlobContainerClient _container = AzureStorageClients.Container(options, identity);

    /// <inheritdoc/>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        BlobLimits.CheckName(name);
        cancellationToken.ThrowIfCancellationRequested();
        var upload = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            TransferOptions = new StorageTransferOptions { InitialTransferSize = OneRequest, MaximumTransferSize = OneRequest },
        };
        for (var isCreated = false; ; isCreated = true)
        {
            try
            {
                await _container.GetBlobClient(name).UploadAsync(new BinaryData(data), upload, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (RequestFailedException standing) when (standing.ErrorCode == BlobErrorCode.BlobAlreadyExists)
            {
                return;
            }
            catch (RequestFailedException absent) when (absent.ErrorCode == BlobErrorCode.ContainerNotFound && !isCreated)
            {
                await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> GetAsync(string name, CancellationToken cancellationToken)
    {
        BlobLimits.CheckName(name);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var download = await _container.GetBlobClient(name).DownloadContentAsync(cancellationToken).ConfigureAwait(false);
            return download.Value.Content.ToMemory();
        }
        catch (RequestFailedException absent) when (IsAbsence(absent))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var blobs = _container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (blobs.ConfigureAwait(false))
        {
            while (await NextAsync(blobs).ConfigureAwait(false))
            {
                yield return blobs.Current.Name;
            }
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        BlobLimits.CheckName(name);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await _container.GetBlobClient(name).DeleteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException absent) when (IsAbsence(absent))
        {
            // Which is what was wanted.
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<BlobItem> blobs)
    {
        try
        {
            return await blobs.MoveNextAsync().ConfigureAwait(false);
        }
        catch (RequestFailedException absent) when (IsAbsence(absent))
        {
            return false;
        }
    }

    private static bool IsAbsence(RequestFailedException exception) =>
        exception.ErrorCode == BlobErrorCode.BlobNotFound || exception.ErrorCode == BlobErrorCode.ContainerNotFound;
}
