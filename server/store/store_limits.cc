#include "server/store/store_limits.h"

#include <set>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

absl::Status TooLong(const char* what, size_t bytes, size_t limit) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " has ", bytes, " bytes; the limit is ", limit));
}

absl::Status CheckOp(const StoreOp& op) {
  if (absl::Status status = CheckStoreKey(op.key); !status.ok()) return status;
  if (op.value.has_value() && op.value->size() > kMaxStoreValueBytes) {
    return TooLong("a value", op.value->size(), kMaxStoreValueBytes);
  }
  if (!op.value.has_value() && op.lease_id != 0) {
    return absl::InvalidArgumentError("a delete takes no lease");
  }
  if (op.lease_id < 0) {
    return absl::InvalidArgumentError("a lease id is negative");
  }
  return absl::OkStatus();
}

size_t TransactionBytes(const StoreTransaction& transaction) {
  size_t bytes = 0;
  for (const StoreCompare& compare : transaction.compares) {
    bytes += compare.key.size();
  }
  for (const StoreOp& op : transaction.ops) {
    bytes += op.key.size() + (op.value.has_value() ? op.value->size() : 0);
  }
  return bytes;
}

}  // namespace

absl::Status CheckStoreKey(std::string_view key) {
  if (key.empty()) return absl::InvalidArgumentError("a key is empty");
  if (key.size() > kMaxStoreKeyBytes) {
    return TooLong("a key", key.size(), kMaxStoreKeyBytes);
  }
  return absl::OkStatus();
}

absl::Status CheckStorePrefix(std::string_view prefix) {
  if (prefix.size() > kMaxStoreKeyBytes) {
    return TooLong("a prefix", prefix.size(), kMaxStoreKeyBytes);
  }
  return absl::OkStatus();
}

absl::Status CheckStoreRange(const StoreRange& range) {
  if (absl::Status status = CheckStorePrefix(range.prefix); !status.ok()) {
    return status;
  }
  if (range.start.size() > kMaxStoreKeyBytes) {
    return TooLong("a range's start", range.start.size(), kMaxStoreKeyBytes);
  }
  if (range.limit < 1 || range.limit > kMaxStorePageEntries) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a page's limit is ", range.limit, "; 1..", kMaxStorePageEntries));
  }
  if (range.revision < 0) {
    return absl::InvalidArgumentError("a range's revision is negative");
  }
  return absl::OkStatus();
}

absl::Status CheckStoreTransaction(const StoreTransaction& transaction) {
  const size_t count = transaction.compares.size() + transaction.ops.size();
  if (count > kMaxStoreTransactionOps) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a transaction has ", count, " compares and operations; the limit is ",
        kMaxStoreTransactionOps));
  }
  for (const StoreCompare& compare : transaction.compares) {
    if (absl::Status status = CheckStoreKey(compare.key); !status.ok()) {
      return status;
    }
    if (compare.mod_revision < 0) {
      return absl::InvalidArgumentError("a compare's revision is negative");
    }
  }
  std::set<std::string_view> keys;
  for (const StoreOp& op : transaction.ops) {
    if (absl::Status status = CheckOp(op); !status.ok()) return status;
    if (!keys.insert(op.key).second) {
      return absl::InvalidArgumentError("a transaction changes a key twice");
    }
  }
  const size_t bytes = TransactionBytes(transaction);
  if (bytes > kMaxStoreTransactionBytes) {
    return TooLong("a transaction", bytes, kMaxStoreTransactionBytes);
  }
  return absl::OkStatus();
}

absl::Status CheckStoreLeaseTtl(absl::Duration ttl) {
  if (ttl < kMinStoreLeaseTtl || ttl > kMaxStoreLeaseTtl) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a lease's ttl is ", absl::FormatDuration(ttl), "; 1 s .. 24 h"));
  }
  return absl::OkStatus();
}

std::string StorePrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (end.empty()) return std::string(kMaxStoreKeyBytes + 1, '\xff');
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace recourse
