using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Sentiment.LiveBench;

/// <summary>
/// The process with the clients. Its orders come by standard input: <c>open NAME COUNT GROUPS</c>, after which so many clients are in the groups
/// 0 to GROUPS - 1 in turn; <c>expect NAME COUNT</c>, which tells, once so many messages have come, when each did; and the end.
/// </summary>
internal sealed class Clients(int port, string token)
{
    private const int AtOnce = 32;

    // SignalR puts several messages into one frame; each ends with this.
    private const byte Separator = 0x1e;
    private long[] _arrivals = [];
    private int _arrived;
    private TaskCompletionSource _all = new();

    public async Task RunAsync()
    {
        var output = Console.Out;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var order = line.Split(' ');
            if (order[0] == "open")
            {
                var (count, groups) = (int.Parse(order[2], CultureInfo.InvariantCulture), int.Parse(order[3], CultureInfo.InvariantCulture));
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) => await OpenAsync(order[1], $"bench.{order[4]}{number % groups}"));
                await output.WriteLineAsync("open");
            }
            else
            {
                _arrivals = new long[int.Parse(order[1], CultureInfo.InvariantCulture)];
                _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
                Volatile.Write(ref _arrived, 0);
                await output.WriteLineAsync("ready");
                await _all.Task;
                await output.WriteLineAsync(Convert.ToBase64String(MemoryMarshal.AsBytes(_arrivals.AsSpan())));
            }
        }
    }

    private async Task OpenAsync(string name, string group)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var (path, protocol, first, frames) = name switch
        {
            "hub" => ($"/client/hubs/sentiment?access_token={token}", "Sec-WebSocket-Protocol: json.webpubsub.azure.v1\r\n", $$"""{"type":"joinGroup","group":"{{group}}","ackId":1}""", 2),
            "signalr" => ($"/signalr?group={group}", "", "{\"protocol\":\"json\",\"version\":1}\u001e", 2),
            _ => ($"/bare?group={group}", "", "", 1),
        };
        await SendAsync(socket, Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{protocol}\r\n"));
        var one = new byte[1];
        for (var ended = 0; ended < 4;)
        {
            await ReadAsync(socket, one);
            ended = one[0] == "\r\n\r\n"[ended] ? ended + 1 : one[0] == '\r' ? 1 : 0;
        }

        if (first.Length > 0)
        {
            await SendAsync(socket, Masked(first));
        }

        for (var left = name == "signalr" ? frames : 0; left > 0;)
        {
            await ReadAsync(socket, one);
            left -= one[0] == Separator ? 1 : 0;
        }

        for (var i = name == "signalr" ? frames : 0; i < frames; i++)
        {
            var head = new byte[2];
            await ReadAsync(socket, head);
            await ReadAsync(socket, new byte[head[1] < 126 ? head[1] : throw new InvalidOperationException("A short frame expected.")]);
        }

        _ = new Reader(socket, this, name == "signalr");
    }

    private void Arrived()
    {
        var place = Interlocked.Increment(ref _arrived) - 1;
        var arrivals = _arrivals;
        if (place < arrivals.Length)
        {
            arrivals[place] = TimeProvider.System.GetTimestamp();
            if (place == arrivals.Length - 1)
            {
                _all.SetResult();
            }
        }
    }

    // A mask of zeros leaves the text as it is.
    private static byte[] Masked(string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        return [0x81, (byte)(0x80 | (body.Length < 126 ? body.Length : throw new InvalidOperationException("A short text expected."))), 0, 0, 0, 0, .. body];
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent));
        }
    }

    private static async Task ReadAsync(Socket socket, byte[] bytes)
    {
        for (var read = 0; read < bytes.Length;)
        {
            read += await socket.ReceiveAsync(bytes.AsMemory(read)) is > 0 and var some ? some : throw new InvalidOperationException("The server closed the connection.");
        }
    }

    /// <summary>Counts the messages of a socket by the lengths of their frames, or what ends them, without parsing them.</summary>
    private sealed class Reader : SocketAsyncEventArgs
    {
        private readonly Socket _socket;
        private readonly Clients _clients;
        private readonly bool _isSeparated;
        private readonly byte[] _buffer = new byte[2048];
        private readonly byte[] _head = new byte[4];
        private int _headLength;
        private int _left;

        public Reader(Socket socket, Clients clients, bool isSeparated)
        {
            (_socket, _clients, _isSeparated) = (socket, clients, isSeparated);
            SetBuffer(_buffer);
            Receive();
        }

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            if (Take())
            {
                Receive();
            }
        }

        private void Receive()
        {
            while (!_socket.ReceiveAsync(this) && Take())
            {
            }
        }

        private bool Take()
        {
            if (SocketError != SocketError.Success || BytesTransferred == 0)
            {
                return false; // The bench is over.
            }

            for (var at = 0; at < BytesTransferred;)
            {
                if (_left == 0)
                {
                    _head[_headLength++] = _buffer[at++];
                    if (_headLength < 2 || (_headLength < 4 && _head[1] == 126))
                    {
                        continue;
                    }

                    _left = _head[1] == 126 ? BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(2)) : _head[1];
                    _headLength = 0;
                }

                var taken = Math.Min(_left, BytesTransferred - at);
                _left -= taken;
                for (var ended = _isSeparated ? _buffer.AsSpan(at, taken).Count(Separator) : _left == 0 ? 1 : 0; ended > 0; ended--)
                {
                    _clients.Arrived();
                }

                at += taken;
            }

            return true;
        }
    }
}
