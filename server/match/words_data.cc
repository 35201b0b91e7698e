// Damaged, truncated and tampered data.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kDamaged = Says(kIntegrity, 5.5).First(Strategy::kEscalation);
constexpr P kDamagedWords[] = {
    "(certificate|public key|key) pinning (failure|failed|error)",
    "(does not|doesn't) match pinned",
    "cyclic redundancy",
    "bad signature from",
    "no matching signatures",
    "too many broken parts",
    "(checksum|checksums|check "
    "sum|crc|crc32|md5|sha1|sha256|sha512|sha|hash|digest|hashes|parity|"
    "fletcher|adler|hmac|merkle|fingerprint|signature) "
    "(mismatch|mismatched|error|errors|failed|failure|invalid|incorrect|wrong|"
    "bad|not match|does not match|did not match|doesn't match|do not "
    "match|differs|different|verification failed|check failed|validation "
    "failed|verify failed|verification error)",
    "(checksum|crc|md5|sha256|hash|digest|sha1|sha512) .. (mismatch|does not "
    "match|did not match|doesn't match|not equal|differs|but "
    "got|expected|failed|error|invalid)",
    "(invalid|bad|wrong|incorrect|unexpected|mismatched|mismatching|expected) "
    "(checksum|crc|md5|hash|digest|sha256|parity|magic|magic number|magic "
    "bytes|file signature|content md5|sha)",
    "(checksum|checksums)",
    "do not match the hashes",
    "hash mismatch",
    "content md5",
    "(integrity|consistency|sanity) (check|verification|violation "
    "detected|failure|validation) (failed|failure|error|)",
    "integrity (check|) failed",
    "(data|file|image|database|index|page|block|blob|object|disk|log|table|"
    "archive|record|segment|message|packet|journal|header|cache|snapshot|"
    "backup|repository|metadata|stream|payload|frame|volume|filesystem|heap|"
    "superblock|wal|manifest|download|artifact|package|entry|cluster|store) "
    "(corrupt|corrupted|damaged|truncated|malformed|inconsistent|unreadable|"
    "invalid or corrupt|garbled|tampered|tampered with|torn|dirty)",
    "(corrupt|corrupted|corrupting|corruption|corruptions)",
    "(data|file|index|disk|memory|database|block|page|heap|log) corruption",
    "(corrupt|corrupted|damaged|truncated|garbled|mangled|tampered) "
    "(data|file|image|database|index|page|block|record|archive|message|packet|"
    "header|stream|frame|log|object|input|jpeg|zip|download)",
    "(is|was|been|appears|possibly|may be|or) "
    "(damaged|tampered|corrupt|corrupted|truncated)",
    "(tampered|tampering) (with|detected|)",
    "(bad|invalid|unreadable|unrecoverable|uncorrectable|defective|failed) "
    "(block|blocks|sector|sectors|superblock|page header|page|inode)",
    "(data|db|database) loss",
    "data loss",
    "(loose|packed) object",
    "object file .. is empty",
    "(disk image|image) is malformed",
    "metadata is inconsistent",
    "(inconsistent|unexpected) (metadata|state on disk|page header|blocks)",
    "(xx001|xx002|ebadmsg|eucleclean)",
    "(fsck|chkdsk)",
    "(missing|lost) (blocks|block|chunk|segments|segment|data blocks|parts "
    "of|chunks|page|pages|wal|files from the backup)",
    "(ecc|parity|medium|media|io|read|write|disk|bus|smart|uncorrectable) "
    "(ecc|) (error|errors) (encountered|detected|on|at|in|) ",
    "(uncorrectable|unrecoverable) .. (error|errors)",
    "critical medium error",
    "input output error",
    "fallen off the bus",
    "(size|length) mismatch",
    "content length mismatch",
    "(file is not a database|not a database|notadb)",
    "(bad|invalid|unknown|wrong|unrecognized|missing) (magic|superblock|file "
    "header|header signature|archive header|boot signature|tar header|zip "
    "header|gzip header|header magic)",
    "(block|blocks) .. missing",
    "$cannot obtain block",
    "(replica|replicas|copies) .. (diverged|differ|inconsistent|mismatch)",
    "(referential|data) (inconsistency|inconsistencies)",
    "broken data stream",
    "(decryption|decrypt) (failed|error|failure)",
    "(bad|wrong) decrypt",
    "(mac|authentication tag|tag|padding) (check failed|mismatch|verification "
    "failed|is incorrect|invalid|error)",
    "security error .. download",
    "does not match an earlier download",
};

constexpr Meaning kUnreadable = Says(kIntegrity, 5);
constexpr P kUnreadableWords[] = {
    "(premature|unexpected) end of (jpeg|png|image|pdf|input "
    "stream|compressed|jpeg image)",
    "(does not|doesn't|do not) start with",
    "(broken|corrupt) data stream",
    "(not|isn't) readable as",
    "(magic|magic bytes|magic number|footer|header|signature|eof "
    "marker|trailer) .. not found",
    "invalid data found",
    "(log|binlog|journal|wal|block|sector|page|relay log|disk|tape|media) "
    "(read|write) (failure|error)",
    "(file|stream|archive|data|input|body) ended before",
    "(ext2|ext3|ext4|xfs|btrfs|zfs|ntfs|jbd2|f2fs|hfs|apfs|refs) .. "
    "(error|corruption|inconsistent|errors|shutdown)",
    "structure needs cleaning",
    "(metadata|header) incomplete buffer",
    "(invalid|bad) load key",
    "eintegrity",
    "(marked as|is) crashed",
    "(index|key) file .. (incorrect|corrupt|repair)",
    "incorrect key file",
    "using the nologging option",
    "(unexpected|premature) (end of|eof in|end to) "
    "(file|archive|stream|data|central "
    "directory|zlib|gzip|compressed|block|image|tar)",
    "(unexpected|premature) (eof|end of file)",
    "(input|stream|file|data|archive|body) ended (prematurely|unexpectedly)",
    "(ended|ends) (prematurely|unexpectedly|in the middle)",
    "eof marker not found",
    "(end of|) central directory .. (not found|signature|missing|corrupt)",
    "end of central directory",
    "(is not|not|isn't|does not look like|doesn't look like|not in|no) (a|an|) "
    "(valid|) "
    "(zip|gzip|tar|gz|bzip2|xz|zstd|7z|rar|lz4|archive|pdf|png|jpeg|image|"
    "parquet|avro|hdf5|orc|tiff|mp4|elf|dicom|wav|video|xlsx|docx) "
    "(file|format|archive|image|)",
    "bad (zip file|zipfile|gzip file|rar file|gzipped file)",
    "(badzipfile|bad zip file)",
    "(incorrect|invalid|bad) (header check|gzip|gzip header|compressed "
    "data|block type|stored block|distance|code lengths|data "
    "check|zip|pdf|image|lz4|frame|deflate|bit length|literal lengths|huffman)",
    "(while|error|error while|failed) "
    "(decompressing|uncompressing|inflating|unzipping|extracting|unpacking)",
    "(decompression|inflate|decompress|gunzip|unzip|uncompress) "
    "(failed|error|failure)",
    "$cannot (decompress|uncompress|inflate|unzip|extract|unpack|untar)",
    "(failed|error) reading zip",
    "reading zip archive",
    "$cannot (identify|decode|read|load) (image|jpeg|png|video|audio)",
    "$cannot identify image",
    "image file is truncated",
    "deserializing header",
    "header (too large|too small)",
    "(missing|lacks) end of block",
    "incomplete (file|download|transfer|archive|upload|copy|write)",
    "(file|object|download|archive|image|response body) is "
    "(empty|truncated|incomplete|zero length)",
    "(zlib|lzma|lz4|zstd|snappy|brotli|gzip|bzip2|deflate) (error|errors)",
    "pdf (read error|is corrupt|stream error)",
    "moov atom not found",
    "unpickling error",
    "pickle data was truncated",
    "(truncated|truncation)",
    "(invalid|unexpected) (wire type|tag : zero|protobuf|protocol "
    "message|varint|end group tag)",
    "protocol message contained an invalid tag",
    "protocol message .. (truncated|input ended|tag)",
    "(error|failed) parsing message",
    "(corrupt|invalid|bad) (jpeg|png|mp4|frame|nal|packet|stream) (data|unit|)",
    "(received|got|read|wrote) # (bytes|of) .. expected #",
    "read (only|) # of # bytes",
    "(short|partial) (read|write)",
    "expected # bytes .. (got|received|read|but) #",
    "(incomplete|partial) (data|message|frame|packet|record) (received|read|)",
};

// Damaged on the way, or a mirror in the middle of its update: fetched again it
// may be right.
constexpr Meaning kMirror = Says(kIntegrity, 7).With(Meaning::kRetryHelps);
constexpr P kMirrorWords[] = {
    "unexpected eof",
    "ended before the end of stream",
    "(gzip|zlib) : invalid checksum",
    "$cannot verify (checksum|digest|hash|integrity|checksums) of",
    "bad record mac",
    "incomplete read",
    "# more expected",
    "(layer|blob|image|download|package|artifact|bundle|part|object) "
    "verification failed",
    "filesystem layer verification failed",
    "file should be of size # but has size #",
    "(block|chunk|part|packet|frame|segment) # (crc|checksum|hash|parity) "
    "(mismatch|error)",
    "hash sum mismatch",
    "(retry|redo|restart|repeat) (the|) (download|transfer|upload)",
    "download (it|the file|again) again",
    "mirror sync in progress",
    "file has unexpected size",
    "does not have the expected content",
    "(download|transfer|upload|transmission|transit|wire|received|fetched|"
    "network|body|payload|response|part|chunk|segment|packet|frame|content|"
    "upload) .. (checksum|crc|md5|hash|digest|content md5|crc32c|etag|sha256) "
    ".. (mismatch|does not match|did not match|failed|error|invalid)",
    "(bad digest|content md5 .. (did not match|mismatch))",
    "(crc|checksum|parity|framing) (error|errors|mismatch) "
    "(on|in|while|during) (the|) "
    "(line|link|wire|transfer|transmission|receive|received|download|read from "
    "network|packet|frame|message)",
    "(corrupted|damaged|garbled|altered) (in|during|while|on) "
    "(transit|transfer|transmission|download|the wire|upload)",
    "incomplete (download|transfer|upload)",
    "(download|transfer|upload) .. (incomplete|truncated|was cut)",
    "framing error",
};

constexpr Wordings kTable[] = {
    {kMirror, kMirrorWords},
    {kDamaged, kDamagedWords},
    {kUnreadable, kUnreadableWords},
};

}  // namespace

absl::Span<const Wordings> DataWordings() { return kTable; }

}  // namespace recourse
