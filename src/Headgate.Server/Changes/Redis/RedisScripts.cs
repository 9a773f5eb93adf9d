namespace Headgate.Server.Changes.Redis;

/// <summary>
/// What runs in Redis. KEYS of each: the mark (hash: version, change, lineage), the leaves (hash: address to JSON), the versions of tenants (hash), the latest
/// changes (list, oldest first, each "version id json"). All are in one slot. A script that does not find what it expects changes nothing and says what it found.
/// </summary>
internal static class RedisScripts
{
    private const string Begin = """
        local function mark()
          local m = redis.call('HMGET', KEYS[1], 'version', 'change', 'lineage')
          return m[1] or '0', m[2] or '', m[3] or ''
        end
        local function each(blob, take)
          local at = 1
          while at <= #blob do
            local _, stop, name, value = string.find(blob, '^(%d+),(%-?%d+)\n', at)
            local from = stop + 1 + name
            local length = tonumber(value)
            if length < 0 then
              take(string.sub(blob, stop + 1, from - 1), nil)
              at = from
            else
              take(string.sub(blob, stop + 1, from - 1), string.sub(blob, from, from + length - 1))
              at = from + length
            end
          end
        end
        local function put(key, blob)
          each(blob, function(name, value)
            if value then redis.call('HSET', key, name, value) else redis.call('HDEL', key, name) end
          end)
        end
        local function trim(most, bytes)
          local size = tonumber(redis.call('HGET', KEYS[1], 'bytes') or '0')
          local count = redis.call('LLEN', KEYS[4])
          while count > 1 and (count > most or size > bytes) do
            size = size - #redis.call('LPOP', KEYS[4])
            count = count - 1
          end
          redis.call('HSET', KEYS[1], 'bytes', size)
        end
        local version, change, lineage = mark()

        """;

    /// <summary>
    /// ARGV: version and id of the change that is expected to be the last, the lineage, the new version and id, the change, leaves, tenants, the most changes and bytes
    /// of them, the channel. Returns what it found, and 1 if it appended.
    /// </summary>
    public const string Append = Begin + """
        if version ~= ARGV[1] or change ~= ARGV[2] or (version ~= '0' and lineage ~= ARGV[3]) then return {version, change, lineage, 0} end
        put(KEYS[2], ARGV[7])
        put(KEYS[3], ARGV[8])
        local entry = ARGV[4] .. ' ' .. ARGV[5] .. ' ' .. ARGV[6]
        redis.call('RPUSH', KEYS[4], entry)
        redis.call('HINCRBY', KEYS[1], 'bytes', #entry)
        redis.call('HMSET', KEYS[1], 'version', ARGV[4], 'change', ARGV[5], 'lineage', ARGV[3])
        trim(tonumber(ARGV[9]), tonumber(ARGV[10]))
        redis.call('PUBLISH', ARGV[11], ARGV[4])
        return {version, change, lineage, 1}
        """;

    /// <summary>Returns the mark, all leaves, all tenants' versions, all changes.</summary>
    public const string Load = Begin + """
        return {version, change, lineage, redis.call('HGETALL', KEYS[2]), redis.call('HGETALL', KEYS[3]), redis.call('LRANGE', KEYS[4], 0, -1)}
        """;

    /// <summary>ARGV: the version that is known, its id. Returns the mark, and where that is newer the changes from the known one on.</summary>
    public const string Since = Begin + """
        local behind = tonumber(version) - tonumber(ARGV[1])
        if behind < 0 or (behind == 0 and change == ARGV[2]) then return {version, change, lineage, {}} end
        return {version, change, lineage, redis.call('LRANGE', KEYS[4], -behind - 1, -1)}
        """;

    /// <summary>
    /// ARGV: version, id and lineage of what is put back, leaves, tenants, changes, the most changes and bytes of them, the channel. Only over nothing, or over an older
    /// version of the same lineage. Returns what it found, and 1 if it did.
    /// </summary>
    public const string PutBack = Begin + """
        if version ~= '0' and (lineage ~= ARGV[3] or tonumber(version) >= tonumber(ARGV[1])) then return {version, change, lineage, 0} end
        redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
        put(KEYS[2], ARGV[4])
        put(KEYS[3], ARGV[5])
        local size = 0
        each(ARGV[6], function(_, entry)
          redis.call('RPUSH', KEYS[4], entry)
          size = size + #entry
        end)
        redis.call('HMSET', KEYS[1], 'version', ARGV[1], 'change', ARGV[2], 'lineage', ARGV[3], 'bytes', size)
        trim(tonumber(ARGV[7]), tonumber(ARGV[8]))
        redis.call('PUBLISH', ARGV[9], ARGV[1])
        return {version, change, lineage, 1}
        """;
}
