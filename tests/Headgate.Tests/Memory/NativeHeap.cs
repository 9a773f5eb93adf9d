using System.Runtime.InteropServices;

namespace Headgate.Tests.Memory;

/// <summary>Bytes that the process holds from the C heap, where the memory store keeps its slots.</summary>
internal static unsafe class NativeHeap
{
    /// <summary>From glibc's own books. Elsewhere the working set, which is coarse: frees need not show in it.</summary>
    public static long BytesInUse()
    {
        if (!NativeLibrary.TryLoad("libc.so.6", out nint libc) || !NativeLibrary.TryGetExport(libc, "mallinfo2", out nint mallinfo2)) return Environment.WorkingSet;
        MallInfo info = ((delegate* unmanaged<MallInfo>)mallinfo2)();
        return (long)(info.InUse + info.MappedBytes);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MallInfo
    {
        public nuint Arena, FreeChunks, FastChunks, MappedRegions, MappedBytes, MaxTotal, FastBytes, InUse, Free, KeepCost;
    }
}
