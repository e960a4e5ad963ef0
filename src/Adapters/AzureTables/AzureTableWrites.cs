using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.AzureTables;

/// <summary>Writes of the table: of one row a single operation, of several an entity group transaction.</summary>
/// <remarks>
/// A write that is sent again because its answer was lost may meet itself: an insert is then refused because the row exists,
/// a conditional one because the ETag has changed, and the caller sees a conflict although its write happened. All callers
/// cope, as they must with a crash at the same place: inserts read the row again and know it by its stamp, and the holder
/// of a chunk takes itself for superseded and is called again.
/// </remarks>
internal sealed class AzureTableWrites(TableClient table, AzureTableReads reads)
{
    /// <summary>Carries the writes out, or none of them; returns the new ETags, empty for removed rows.</summary>
    public async Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // What is no ETag of this service matches no row; asked for, it would be a malformed request, or '*' any row.
        if (writes.FirstOrDefault(w => w.ETag?.StartsWith("W/\"", StringComparison.Ordinal) == false) is { } unmatched)
        {
            throw new TableConflictException(partition, unmatched.Key, unmatched.Condition);
        }

        for (var isCreated = false; ; isCreated = true)
        {
            try
            {
                return writes.Count == 1
                    ? [await OneAsync(partition, writes[0], cancellationToken).ConfigureAwait(false)]
                    : await SeveralAsync(partition, writes, cancellationToken).ConfigureAwait(false);
            }
            catch (RequestFailedException absent) when (absent.ErrorCode == TableErrorCode.TableNotFound && !isCreated)
            {
                await table.CreateIfNotExistsAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<string> OneAsync(string partition, TableWrite write, CancellationToken cancellationToken)
    {
        try
        {
            var response = write.Condition switch
            {
                TableCondition.Insert => await table.AddEntityAsync(TableEntities.Of(partition, write), cancellationToken).ConfigureAwait(false),
                TableCondition.IfMatch => await table.UpdateEntityAsync(
                    TableEntities.Of(partition, write), new ETag(write.ETag!), TableUpdateMode.Replace, cancellationToken).ConfigureAwait(false),
                TableCondition.Upsert => await table.UpsertEntityAsync(TableEntities.Of(partition, write), TableUpdateMode.Replace, cancellationToken).ConfigureAwait(false),
                _ => await table.DeleteEntityAsync(partition, write.Key, ETagOf(write), cancellationToken).ConfigureAwait(false),
            };

            // The client takes the absence of what is to be deleted for success.
            return response.Status != 404 ? response.Headers.ETag?.ToString() ?? ""
                : write.ETag is null ? "" : throw new TableConflictException(partition, write.Key, write.Condition);
        }
        catch (RequestFailedException refusal) when (IsConflict(write, refusal))
        {
            throw new TableConflictException(partition, write.Key, write.Condition, refusal);
        }
    }

    // A transaction fails as a whole where a row to be removed is absent. That is rare and costs another read; such a row
    // counts as removed from then on, even if somebody else adds it before the rest is written.
    private async Task<IReadOnlyList<string>> SeveralAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var left = writes.Where(w => !gone.Contains(w.Key)).ToList();
            try
            {
                var etags = left.Count == 0 ? [] : (await table.SubmitTransactionAsync(left.Select(w => ActionOf(partition, w)), cancellationToken).ConfigureAwait(false))
                    .Value.Select((response, index) => (left[index].Key, ETag: response.Headers.ETag?.ToString() ?? "")).ToDictionary(r => r.Key, r => r.ETag, StringComparer.Ordinal);
                return [.. writes.Select(w => etags.GetValueOrDefault(w.Key, ""))];
            }
            catch (TableTransactionFailedException refusal) when (refusal.FailedTransactionActionIndex is { } index)
            {
                var write = left[index];
                if (refusal.Status == 404 && refusal.ErrorCode != TableErrorCode.TableNotFound && write is { Condition: TableCondition.Delete, ETag: null })
                {
                    gone.Add(write.Key);
                    gone.UnionWith(await AbsentAsync(partition, left, cancellationToken).ConfigureAwait(false));
                }
                else if (IsConflict(write, refusal))
                {
                    throw new TableConflictException(partition, write.Key, write.Condition, refusal);
                }
                else
                {
                    throw;
                }
            }
        }
    }

    private async Task<IEnumerable<string>> AbsentAsync(string partition, List<TableWrite> writes, CancellationToken cancellationToken)
    {
        var removed = writes.Where(w => w is { Condition: TableCondition.Delete, ETag: null }).Select(w => w.Key).ToList();
        return removed.Count == 1 ? removed
            : removed.Except((await reads.GetManyAsync(partition, removed, cancellationToken).ConfigureAwait(false)).Select(row => row.Key), StringComparer.Ordinal);
    }

    private static TableTransactionAction ActionOf(string partition, TableWrite write) => write.Condition switch
    {
        TableCondition.Insert => new(TableTransactionActionType.Add, TableEntities.Of(partition, write)),
        TableCondition.IfMatch => new(TableTransactionActionType.UpdateReplace, TableEntities.Of(partition, write), new ETag(write.ETag!)),
        TableCondition.Upsert => new(TableTransactionActionType.UpsertReplace, TableEntities.Of(partition, write)),
        _ => new(TableTransactionActionType.Delete, new TableEntity(partition, write.Key), ETagOf(write)),
    };

    private static ETag ETagOf(TableWrite write) => write.ETag is null ? ETag.All : new ETag(write.ETag);

    // Not by the status alone: a table that is being deleted, or one that is absent, answers 409 and 404 as well.
    private static bool IsConflict(TableWrite write, RequestFailedException refusal) => write.Condition switch
    {
        TableCondition.Insert => refusal.ErrorCode == TableErrorCode.EntityAlreadyExists,
        TableCondition.Upsert => false,
        _ => write.ETag is not null && (refusal.Status == 412 || (refusal.Status == 404 && refusal.ErrorCode != TableErrorCode.TableNotFound)),
    };
}
