#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "server/wire/context.h"
#include "server/wire/errors.h"
#include "server/wire/utf8.h"

namespace recourse {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Nesting that is followed to find out how deep a state is.
constexpr size_t kMaxScanDepth = 10'000;

// Finds out why protobuf refused some bytes. Walks the wire format along the
// descriptors without recursion, so no nesting can hurt it.
class RefusalScan {
 public:
  RefusalScan(const Descriptor* type, absl::string_view bytes)
      : bytes_(bytes),
        in_(reinterpret_cast<const uint8_t*>(bytes.data()),
            static_cast<int>(bytes.size())) {
    frames_.push_back({type, nullptr, -1, 0, bytes.size(), 0, {}});
  }

  absl::Status Explain() {
    while (!frames_.empty() && fault_.ok()) {
      if (Position() == frames_.back().end && frames_.back().group == 0) {
        frames_.pop_back();
      } else if (!ReadField()) {
        break;  // Bytes that are no message; what was seen before may say more.
      }
    }
    if (!fault_.ok()) return fault_;
    if (deepest_ > kMaxStateDepth) {
      return InvalidField(
          deepest_path_,
          absl::StrCat("is ", scan_cut_ ? "more than " : "", deepest_,
                       " levels deep, at most ", kMaxStateDepth),
          reason::kTooDeep);
    }
    return InvalidField("", "the bytes do not decode as the request's message",
                        reason::kUndecodable);
  }

 private:
  // A message that is being walked, or an unknown group.
  struct Frame {
    const Descriptor* type;        // Null in a group.
    const FieldDescriptor* field;  // That holds it; null for the root.
    int index;                     // In a repeated field, else -1.
    size_t levels;                 // Of JSON, this one included.
    size_t end;
    int group;                  // Number of the group's field; 0: a message.
    std::map<int, int> counts;  // Items seen of each repeated field.
  };

  size_t Position() const { return in_.CurrentPosition(); }

  // "contexts[2].state" for `field` of the innermost message; what lies inside
  // a JSON value is called by the value's own field.
  std::string PathOf(const FieldDescriptor* field, int index) const {
    std::string path;
    const auto append = [&](const FieldDescriptor* part, int at) {
      absl::StrAppend(&path, path.empty() ? "" : ".", part->name());
      if (at >= 0) absl::StrAppend(&path, "[", at, "]");
    };
    for (const Frame& frame : frames_) {
      if (frame.field != nullptr) append(frame.field, frame.index);
      if (frame.type == nullptr || frame.type->options().map_entry() ||
          frame.type->file()->name() == "google/protobuf/struct.proto") {
        return path;
      }
    }
    if (field != nullptr) append(field, index);
    return path;
  }

  bool Push(Frame frame) {
    frames_.push_back(std::move(frame));
    const Frame& top = frames_.back();
    if (top.levels > deepest_) {
      deepest_ = top.levels;
      deepest_path_ = PathOf(nullptr, -1);
    }
    scan_cut_ = frames_.size() >= kMaxScanDepth;
    return !scan_cut_;
  }

  bool ReadField() {
    Frame& frame = frames_.back();
    const uint32_t tag = in_.ReadTag();
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    if (tag == 0 || number == 0 || Position() > frame.end) return false;
    const size_t end = frame.end;
    switch (WireFormatLite::GetTagWireType(tag)) {
      case WireFormatLite::WIRETYPE_VARINT: {
        uint64_t ignored;
        return in_.ReadVarint64(&ignored) && Position() <= end;
      }
      case WireFormatLite::WIRETYPE_FIXED64:
        return in_.Skip(8) && Position() <= end;
      case WireFormatLite::WIRETYPE_FIXED32:
        return in_.Skip(4) && Position() <= end;
      case WireFormatLite::WIRETYPE_START_GROUP:
        return Push({nullptr, nullptr, -1, frame.levels, end, number, {}});
      case WireFormatLite::WIRETYPE_END_GROUP:
        if (frame.group != number) return false;
        frames_.pop_back();
        return true;
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        return ReadDelimited(frame, number);
      default:
        return false;
    }
  }

  bool ReadDelimited(Frame& frame, int number) {
    uint32_t length = 0;
    if (!in_.ReadVarint32(&length)) return false;
    const size_t begin = Position();
    if (begin > frame.end || length > frame.end - begin) return false;
    const FieldDescriptor* field =
        frame.type == nullptr ? nullptr : frame.type->FindFieldByNumber(number);
    if (field == nullptr) return in_.Skip(static_cast<int>(length));
    const int index =
        field->is_repeated() && !field->is_map() ? frame.counts[number]++ : -1;
    if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
      const Descriptor* type = field->message_type();
      const bool level = type->full_name() == "google.protobuf.Struct" ||
                         type->full_name() == "google.protobuf.ListValue";
      return Push({type,
                   field,
                   index,
                   frame.levels + (level ? 1 : 0),
                   begin + length,
                   0,
                   {}});
    }
    if (field->type() == FieldDescriptor::TYPE_STRING &&
        !IsValidUtf8(bytes_.substr(begin, length))) {
      fault_ = InvalidField(PathOf(field, index), "is not valid UTF-8",
                            reason::kInvalidUtf8);
    }
    return in_.Skip(static_cast<int>(length));
  }

  const absl::string_view bytes_;
  CodedInputStream in_;
  std::vector<Frame> frames_;
  absl::Status fault_;
  size_t deepest_ = 0;
  std::string deepest_path_;
  bool scan_cut_ = false;
};

}  // namespace

absl::Status ParseBytes(absl::string_view bytes,
                        google::protobuf::Message& message) {
  if (bytes.size() > std::numeric_limits<int>::max()) {
    return InvalidField("", "the message is too large",
                        reason::kMessageTooLarge);
  }
  // Protobuf's own limit of 100 messages lets every state through that is not
  // too deep for us: a level takes three.
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::OkStatus();
  }
  return RefusalScan(message.GetDescriptor(), bytes).Explain();
}

}  // namespace recourse
