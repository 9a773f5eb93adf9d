namespace Headgate.Client.Calls;

/// <summary>Reads an answer's body, up to a bound.</summary>
internal static class BoundedBody
{
    private const int FirstRoom = 1024;

    /// <summary>The body; null if it has more bytes than <paramref name="most"/>.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContent content, int most, CancellationToken ct)
    {
        long? length = content.Headers.ContentLength;
        if (length > most) return null;
        Stream stream = await content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] room = new byte[length is { } known ? (int)known + 1 : FirstRoom];
            int read = 0;
            while (true)
            {
                int more = await stream.ReadAsync(room.AsMemory(read), ct).ConfigureAwait(false);
                if (more == 0) return room.AsSpan(0, read).ToArray();
                read += more;
                if (read > most) return null;
                if (read == room.Length) Array.Resize(ref room, Math.Min(most + 1, room.Length * 2));
            }
        }
    }
}
