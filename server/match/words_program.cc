// Programs that are wrong: what compilers and interpreters say of them.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kCompiler = Says(kPermanent, 4.5)
                                  .First(Strategy::kErrorCorrection)
                                  .Of(ErrorType::kSyntax);
constexpr P kCompilerWords[] = {
    "too many errors",
    "(undefined|unresolved|duplicate|multiple definition of|missing) "
    "(reference|symbol|external "
    "symbol|symbols|identifier|import|external|symbol error)",
    "$cannot (find symbol|borrow|move out|infer type|assign|be assigned|be "
    "resolved|resolve symbol|use|call|be referenced|deduce|redeclare)",
    "(undeclared|use of undeclared|not declared|implicit "
    "declaration|redeclared|redefinition|redefined|redeclaration)",
    "(incompatible|mismatched) (types|type|pointer|operand types|return type)",
    "(compilation|compile|compiler|compilation "
    "unit|build|transpile|preprocessor|linker|type check) "
    "(failed|failure|error|errors|problem|terminated)",
    "could not compile",
    "indentation (error|expected)",
    "(is|was|are) not defined",
    "(undefined|uninitialized|unbound|unknown|unassigned|undeclared) "
    "(variable|function|name|method|constant|property|local "
    "variable|symbol|macro|type|class|trait|struct|member|attribute|label)",
    "(is|was|are) undefined",
    "undefined error",
    "(syntax|indentation|tab|referenced before assignment|argument|key) error",
    "outside (async function|function|loop|class|of function)",
    "bad syntax",
    "ld returned",
    "lossy conversion",
    "unreachable code",
    "missing return",
    "not all code paths",
    "(declared|imported|defined) (but|and) not used",
    "(object|variable|value|property|module) is not "
    "(callable|iterable|subscriptable|a function|a "
    "constructor|extensible|bound)",
    "(not|isn't) (callable|iterable|subscriptable|a function|a "
    "constructor|hashable|awaitable)",
    "unsupported operand",
    "has no (attribute|member|field|property|method|element|type|len)",
    "$cannot (read|set|access|destructure|convert) "
    "(property|properties|undefined|attribute|member)",
    "(of|on|to) (undefined|null|nil|none|none type)",
    "maximum (recursion|call stack)",
    "(recursion|recursion depth) (error|exceeded|depth)",
    "infinite (recursion|loop)",
    "does not implement",
    "(does not|doesn't) have (member|a method)",
    "wrong number of (arguments|type arguments)",
    "subprocess exited with error",
    "failed building wheel",
    "(failing|failed) (tests|test|assertions)",
    "(lint|linting) (error|errors)",
    "type errors",
};

// The program's own bug, met at run time.
constexpr Meaning kBug =
    Says(kPermanent, 4).First(Strategy::kEscalation).Of(ErrorType::kValidation);
constexpr P kBugWords[] = {
    "nil map",
    "(nil|null) (value|object) (access|reference|dereference)",
    "arithmetic (exception|error)",
    "zero division error",
    "called .. on .. value",
    "too much recursion",
    "second operation started on",
    "undefined (array key|index|offset)",
    "(name|reference|unbound local|attribute|no method) error",
    "$cannot resolve service",
    "while attempting to activate",
    "poison error",
    "$cannot initialize proxy",
    "call to a member function",
    "$cannot (invoke|read|assign|load|store|throw|enter|set) .. because .. "
    "null",
    "none type .. has no attribute",
    "object has no attribute",
    "$cannot (read|set|access|destructure) (properties|property) (of|) "
    "(undefined|null)",
    "no (current|running) event loop",
    "from a running event loop",
    "attached to a different loop",
    "(called|used|accessed) from .. (wrong|another|different|main) "
    "(thread|loop)",
    "unexpectedly found nil",
    "unwrapping an optional",
    "no function clause matching",
    "attempt to (index|call|perform|compare|concatenate)",
    "not bound to a session",
    "network on main thread",
    "(vector|range) check",
    "(property|variable|field|lateinit|attribute|sdk|module|client|context|app)"
    " .. not (been|) initialized",
    "match error",
    "(null|nil|none) (pointer|reference|pointer exception|reference "
    "exception|pointer dereference|dereference)",
    "(nullptr|npe)",
    "nil pointer (dereference|evaluating|)",
    "object reference not set",
    "none type",
    "(assertion|assert|invariant|precondition|postcondition|debug "
    "assertion|sanity check) (failed|error|violated|failure|violation)",
    "class cast (exception|)",
    "number format exception",
    "(index|array index|slice|subscript) (out of range|out of bounds|error)",
    "(array|string|index) .. out of bounds exception",
    "illegal (state|argument|state exception|argument exception|monitor state)",
    "stack overflow (error|)",
    "stack level too deep",
    "segmentation fault",
    "concurrent map (writes|read|iteration|read and map write)",
    "called option unwrap on a none value",
    "unwrap",
    "(unreachable|impossible) (code|state|branch|statement)",
    "(unhandled|uncaught) (case|enum|promise)",
    "not initialized",
    "already (disposed|closed|finalized|freed)",
    "object disposed exception",
    "(event loop|runtime) is (closed|already running)",
    "concurrent modification exception",
    "(landlock|seccomp|sandbox) .. (restrict|violation|denied|failed)",
    "unsupported operation exception",
    "(logic|programming|internal compiler) error",
};

constexpr Meaning kUndefined = Says(kPermanent, 1.7)
                                   .First(Strategy::kErrorCorrection)
                                   .Of(ErrorType::kSyntax);
constexpr P kUndefinedWords[] = {"(panic|panicked)",
                                 "(undefined|uninitialized|undeclared)"};

constexpr Meaning kFailedRun =
    Says(kPermanent, 2.2).First(Strategy::kEscalation);
constexpr P kFailedRunWords[] = {
    "(error|failed|failure) (while|during) "
    "(merging|building|rendering|generating|converting|packaging|linking|"
    "bundling|compiling|minifying)",
    "(non zero|nonzero) (code|exit|exit code|exit status|status)",
    "did not complete successfully",
    "failed to (start|boot|launch)",
    "control process exited",
    "error in library",
    "challenge failed",
};

constexpr Meaning kSleeping = Says(kPermanent, 9).First(Strategy::kEscalation);
constexpr P kSleepingWords[] = {
    "goroutines are asleep",
    "all goroutines are asleep",
};

constexpr Meaning kTypeError =
    Says(kPermanent, 3).First(Strategy::kEscalation).Of(ErrorType::kValidation);
constexpr P kTypeErrorWords[] = {
    "type error",
};

constexpr Wordings kTable[] = {
    {kTypeError, kTypeErrorWords},
    {kSleeping, kSleepingWords},
    {kFailedRun, kFailedRunWords},
    {kUndefined, kUndefinedWords},
    {kBug, kBugWords},
    {kCompiler, kCompilerWords},
};

}  // namespace

absl::Span<const Wordings> ProgramWordings() { return kTable; }

}  // namespace recourse
