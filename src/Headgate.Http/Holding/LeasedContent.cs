using System.Net;

namespace Headgate.Http.Holding;

/// <summary>The body of an answer: its request is at work, and holds its places of a concurrency limit, until it has been read to the end, has failed, or is disposed.</summary>
internal sealed class LeasedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly LeaseEnd _end;

    public LeasedContent(HttpContent inner, LeaseEnd end)
    {
        _inner = inner;
        _end = end;
        foreach (KeyValuePair<string, System.Net.Http.Headers.HeaderStringValues> header in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(header.Key, header.Value);
    }

    /// <summary>What the end of the body ends.</summary>
    public LeaseEnd End => _end;

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
    {
        try
        {
            return new LeasedStream(_inner.ReadAsStream(cancellationToken), _end);
        }
        catch
        {
            _end.Release();
            throw;
        }
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new LeasedStream(await _inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _end);
        }
        catch
        {
            _end.Release();
            throw;
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            _inner.CopyTo(stream, context, cancellationToken);
        }
        finally
        {
            _end.Release();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            await _inner.CopyToAsync(stream, context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _end.Release();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _end.Release();
        }

        base.Dispose(disposing);
    }
}
