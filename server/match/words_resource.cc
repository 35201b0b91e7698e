// Memory, disk, descriptors, context windows, money.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kMemory =
    Says(kResource, 6.5).First(Strategy::kGracefulDegradation);
constexpr P kMemoryWords[] = {"out of memory",
                              "outofmemory*",
                              "oom",
                              "oomkilled",
                              "oom killed",
                              "oom killer",
                              "cannot allocate memory",
                              "unable to allocate",
                              "could not allocate",
                              "failed to allocate",
                              "can't allocate",
                              "allocation failed",
                              "memory allocation failed",
                              "memory allocation",
                              "bad alloc",
                              "enomem",
                              "memory limit",
                              "memory limit exceeded",
                              "exceeded memory",
                              "memory error",
                              "heap limit",
                              "heap space",
                              "heap out of memory",
                              "gc overhead limit",
                              "insufficient memory",
                              "not enough memory",
                              "memory exhausted",
                              "allowed memory size",
                              "exhausted memory",
                              "memory pressure",
                              "circuit breaking exception",
                              "memory quota",
                              "maxmemory",
                              "insufficient system memory",
                              "exceeds available memory",
                              "kv cache is full",
                              "mlock failed",
                              "outofmemory"};

constexpr Meaning kContext = Says(kResource, 7.5)
                                 .First(Strategy::kGracefulDegradation)
                                 .Of(ErrorType::kAiService);
constexpr P kContextWords[] = {"context length",
                               "context length exceeded",
                               "context window",
                               "context size",
                               "context limit",
                               "decrease input length",
                               "prompt is too long",
                               "prompt too long",
                               "too many tokens",
                               "reduce the length",
                               "reduce your prompt",
                               "reduce the number of tokens",
                               "reduce your message size",
                               "token limit",
                               "tokens exceed*",
                               "exceeds the maximum number of tokens",
                               "maximum number of tokens",
                               "input is too long",
                               "exceeds the context",
                               "length limit was reached",
                               "length finish reason",
                               "maximum tokens",
                               "string above max length",
                               "too large for model"};

constexpr Meaning kPayload =
    Says(kResource, 5).First(Strategy::kGracefulDegradation);
constexpr P kPayloadWords[] = {
    "payload too large",      "request entity too large",
    "content too large",      "request too large",
    "request body too large", "data too large",
    "exceeds limit of",       "exceeds the limit of",
    "decompression bomb",     "maximum upload size",
    "result set too large",   "query exceeded resource limits",
    "too many rows",          "exceeded resources"};

// A hard limit, the same at the next try.
constexpr Meaning kTooLarge =
    Says(kPermanent, 5.5).First(Strategy::kGracefulDegradation);
constexpr P kTooLargeWords[] = {"message too large",
                                "message is too large",
                                "packet too big",
                                "packet for query is too large",
                                "packet too large",
                                "file too large",
                                "file is too large",
                                "is too large",
                                "too large",
                                "too big",
                                "max allowed packet",
                                "larger than max",
                                "record too large",
                                "exceeds the maximum configured message size",
                                "exceeds maximum",
                                "exceeds the maximum",
                                "exceeds max",
                                "maximum message size",
                                "maximum configured message size",
                                "emsgsize",
                                "efbig",
                                "uri too long",
                                "header fields too large",
                                "string too long"};

constexpr Meaning kDisk = Says(kResource, 8.5).First(Strategy::kEscalation);
constexpr P kDiskWords[] = {"no space left",
                            "enospc",
                            "disk full",
                            "disk is full",
                            "disk quota",
                            "edquot",
                            "not enough space",
                            "not enough disk",
                            "insufficient disk",
                            "insufficient space",
                            "out of disk",
                            "out of space",
                            "low disk space",
                            "disk usage exceeded",
                            "database space exceeded",
                            "space quota",
                            "storage full",
                            "storage quota",
                            "insufficient storage",
                            "mailbox full",
                            "file system is full",
                            "filesystem is full",
                            "volume is full",
                            "could not extend file",
                            "unable to extend",
                            "store is read only",
                            "flood stage",
                            "disk watermark",
                            "out of shared memory",
                            "ora 01653",
                            "ora 01654",
                            "ora 04031",
                            "53100",
                            "53200",
                            "no free space"};

constexpr Meaning kHandles =
    Says(kResource, 7).First(Strategy::kGracefulDegradation);
constexpr P kHandlesWords[] = {"too many open files",
                               "emfile",
                               "enfile",
                               "no file descriptors",
                               "file descriptors",
                               "unable to create new native thread",
                               "can't start new thread",
                               "cannot create thread",
                               "can't create thread",
                               "too many processes",
                               "too many threads",
                               "process limit",
                               "thread limit",
                               "no more processes",
                               "no buffer space available",
                               "enobufs",
                               "address already in use",
                               "cannot fork"};

constexpr Meaning kSlots = Says(kResource, 7).With(Meaning::kRetryHelps);
constexpr P kSlotsWords[] = {"too many connections",
                             "too many clients",
                             "remaining connection slots",
                             "pool exhausted",
                             "pool is exhausted",
                             "connection from the pool",
                             "connection from pool",
                             "pooled connections",
                             "connection is not available, request timed out",
                             "connection pool exhausted",
                             "pool limit",
                             "connection limit exceeded",
                             "max clients reached",
                             "max number of clients",
                             "maximum number of connections",
                             "no more connections allowed",
                             "53300",
                             "ora 00018",
                             "ora 00020",
                             "ora 12516",
                             "ora 12519",
                             "ora 12520",
                             "max user connections"};

constexpr Meaning kMoney = Says(kResource, 10).First(Strategy::kEscalation);
constexpr P kMoneyWords[] = {"insufficient quota",
                             "billing",
                             "billing hard limit",
                             "insufficient credit*",
                             "insufficient balance",
                             "credit balance",
                             "insufficient funds",
                             "payment required",
                             "exceeded your current quota",
                             "check your plan",
                             "out of credits",
                             "credits remaining",
                             "no credits",
                             "not enough credits",
                             "spending limit",
                             "spend limit",
                             "budget exceeded",
                             "budget has been exceeded",
                             "monthly limit",
                             "monthly quota",
                             "exceeds your quota",
                             "usage limit reached",
                             "plan limit",
                             "upgrade your plan",
                             "account balance",
                             "purchase more",
                             "trial expired",
                             "free tier limit"};

constexpr Meaning kQuota = Says(kResource, 4).First(Strategy::kEscalation);
constexpr P kQuotaWords[] = {"quota exceeded",
                             "exceeded quota",
                             "exceeded your quota",
                             "limit exceeded",
                             "limit exceeded exception",
                             "quota",
                             "quotas",
                             "limit reached",
                             "maximum allowed",
                             "resource limits",
                             "resource limit",
                             "maximum number of",
                             "service quota",
                             "hard limit"};

constexpr Meaning kOverQuota = Says(kResource, 7).First(Strategy::kEscalation);
constexpr P kOverQuotaWords[] = {"exceeded quota:", "over quota",
                                 "quota has been exceeded for resource"};

constexpr Meaning kExhausted = Says(kResource, 2);
constexpr P kExhaustedWords[] = {"resource exhausted", "resources exhausted",
                                 "exhausted", "has been exhausted"};

constexpr Meaning kNoCapacity = Says(kResource, 6.5)
                                    .First(Strategy::kAlternativePath)
                                    .With(Meaning::kRetryHelps);
constexpr P kNoCapacityWords[] = {"insufficient capacity",
                                  "insufficient instance capacity",
                                  "zonal allocation failed",
                                  "no capacity",
                                  "out of capacity",
                                  "resource pool exhausted",
                                  "not have enough resources available",
                                  "sku not available",
                                  "stockout",
                                  "different region",
                                  "another region",
                                  "another zone",
                                  "different zone"};

constexpr Wordings kTable[] = {
    {kMemory, kMemoryWords},       {kContext, kContextWords},
    {kPayload, kPayloadWords},     {kTooLarge, kTooLargeWords},
    {kDisk, kDiskWords},           {kHandles, kHandlesWords},
    {kSlots, kSlotsWords},         {kMoney, kMoneyWords},
    {kQuota, kQuotaWords},         {kOverQuota, kOverQuotaWords},
    {kExhausted, kExhaustedWords}, {kNoCapacity, kNoCapacityWords},
};

}  // namespace

absl::Span<const Wordings> ResourceWordings() { return kTable; }

}  // namespace recourse
