using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Headgate.Server.Changes;
using Headgate.Server.Decisions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Benchmarks.OnServe;

/// <summary>The route alone, without a server around it: what a decision allocates, and how long it takes.</summary>
internal static class CheckInProcess
{
    /// <param name="Nanoseconds">A decision.</param>
    /// <param name="Bytes">Allocated for it.</param>
    internal sealed record Figures(double Nanoseconds, double Bytes);

    public static async Task<Figures> MeasureAsync(string body, int itemsPerBody, int count, Func<IServiceProvider, Func<HttpContext, Task>> route, CancellationToken ct)
    {
        WebApplication app = HostCommand.CreateService();
        await using (app.ConfigureAwait(false))
        {
            await HostCommand.ConfigureAsync(app.Services.GetRequiredService<ConfigBook>(), ct).ConfigureAwait(false);
            Func<HttpContext, Task> answer = route(app.Services);
            DefaultHttpContext context = new() { RequestServices = app.Services };
            // Keys are not asked of this machine.
            context.Connection.RemoteIpAddress = IPAddress.Loopback;
            context.Connection.LocalIpAddress = IPAddress.Loopback;
            context.Request.Host = new HostString("127.0.0.1");
            byte[] bytes = Encoding.UTF8.GetBytes(body);
            context.Request.ContentType = "application/json";
            context.Request.ContentLength = bytes.Length;
            context.Features.Set<IRequestBodyPipeFeature>(new FixedBody(bytes));
            context.Features.Set<IHttpResponseBodyFeature>(new NoBody());
            Run(answer, context, Math.Max(count / 5, 1));
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = TimeProvider.System.GetTimestamp();
            Run(answer, context, count);
            TimeSpan taken = TimeProvider.System.GetElapsedTime(start);
            double decisions = (double)count * itemsPerBody;
            return new Figures(taken.TotalNanoseconds / decisions, (GC.GetAllocatedBytesForCurrentThread() - before) / decisions);
        }
    }

    public static Task<Figures> SingleAsync(string body, int count, CancellationToken ct) =>
        MeasureAsync(body, 1, count, services => services.GetRequiredService<CheckRoute>().AnswerAsync, ct);

    public static Task<Figures> BatchAsync(string body, int items, int count, CancellationToken ct) =>
        MeasureAsync(body, items, count, services => services.GetRequiredService<BatchRoute>().AnswerAsync, ct);

    private static void Run(Func<HttpContext, Task> answer, DefaultHttpContext context, int count)
    {
        for (int i = 0; i < count; i++)
        {
            context.Response.Headers.Clear();
            Task done = answer(context);
            if (!done.IsCompletedSuccessfully || context.Response.StatusCode != StatusCodes.Status200OK) throw new InvalidOperationException($"A request was not answered at once: {done.Exception?.InnerException?.Message ?? done.Status.ToString()}", done.Exception);
        }
    }

    /// <summary>A body that is there as often as it is read.</summary>
    private sealed class FixedBody(byte[] bytes) : PipeReader, IRequestBodyPipeFeature
    {
        private readonly ReadOnlySequence<byte> _bytes = new(bytes);

        public PipeReader Reader => this;

        public override void AdvanceTo(SequencePosition consumed)
        {
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
        }

        public override void CancelPendingRead()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => new(new ReadResult(_bytes, isCanceled: false, isCompleted: true));

        public override bool TryRead(out ReadResult result)
        {
            result = new ReadResult(_bytes, isCanceled: false, isCompleted: true);
            return true;
        }
    }

    /// <summary>Where answers go that nobody reads.</summary>
    private sealed class NoBody : PipeWriter, IHttpResponseBodyFeature
    {
        private readonly byte[] _buffer = new byte[1024 * 1024];

        public PipeWriter Writer => this;

        public Stream Stream => System.IO.Stream.Null;

        public override void Advance(int bytes)
        {
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;

        public void DisableBuffering()
        {
        }

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task CompleteAsync() => Task.CompletedTask;
    }
}
