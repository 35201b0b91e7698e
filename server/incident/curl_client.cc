#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "server/incident/http_client.h"

namespace recourse {
namespace {

constexpr size_t kMaxBodyBytes = 64 << 10;
constexpr size_t kMaxHeaders = 100;
constexpr size_t kMaxHeaderBytes = 8 << 10;
constexpr int kPollMillis = 1000;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;

struct Answer {
  std::map<std::string, std::string> headers;
  size_t body_bytes = 0;
  bool body_is_enough = false;
};

// The body is of no use; what is above the limit ends the call.
size_t OnBody(char*, size_t size, size_t count, void* user) {
  auto* answer = static_cast<Answer*>(user);
  answer->body_bytes += size * count;
  answer->body_is_enough = answer->body_bytes > kMaxBodyBytes;
  return answer->body_is_enough ? 0 : size * count;
}

size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  auto* answer = static_cast<Answer*>(user);
  const absl::string_view line(data, size * count);
  const size_t colon = line.find(':');
  // A status line begins the headers of the next answer: 100, then 200.
  if (absl::StartsWith(line, "HTTP/")) {
    answer->headers.clear();
  } else if (colon != absl::string_view::npos &&
             line.size() <= kMaxHeaderBytes &&
             answer->headers.size() < kMaxHeaders) {
    answer->headers[absl::AsciiStrToLower(line.substr(0, colon))] =
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return size * count;
}

// Only the host: path, query and userinfo hold secrets.
std::string HostOf(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(
      curl_url(), &curl_url_cleanup);
  char* host = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK) {
    return "an unreadable URL";
  }
  std::string name = host;
  curl_free(host);
  return name;
}

absl::Status ToStatus(CURLcode code, const std::string& url) {
  const std::string message =
      absl::StrCat("POST to ", HostOf(url), ": ", curl_easy_strerror(code));
  return code == CURLE_OPERATION_TIMEDOUT ? absl::DeadlineExceededError(message)
                                          : absl::UnavailableError(message);
}

absl::Status Interrupted() {
  return absl::CancelledError("the HTTP client is shutting down");
}

class CurlHttpClient : public HttpClient {
 public:
  ~CurlHttpClient() override {
    CurlHttpClient::Interrupt();
    absl::MutexLock lock(&mutex_);
    while (!running_.empty()) ended_.Wait(&mutex_);
  }

  absl::StatusOr<HttpResponse> Post(
      const std::string& url, const std::map<std::string, std::string>& headers,
      const std::string& body, absl::Duration timeout) override {
    const Easy easy(curl_easy_init());
    const Multi multi(curl_multi_init());
    if (easy == nullptr || multi == nullptr) {
      return absl::UnavailableError("out of memory");
    }
    List list(curl_slist_append(nullptr, "Expect:"));  // No 100-continue.
    for (const auto& [name, value] : headers) {
      list.reset(curl_slist_append(list.release(),
                                   absl::StrCat(name, ": ", value).c_str()));
    }
    Answer answer;
    SetUp(easy.get(), url, body, timeout);
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, list.get());
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &answer);
    if (!Begin(multi.get())) return Interrupted();
    const CURLcode code = Run(easy.get(), multi.get());
    End(multi.get());
    if (code == CURLE_ABORTED_BY_CALLBACK) return Interrupted();
    const bool answered = code == CURLE_OK ||
                          (code == CURLE_WRITE_ERROR && answer.body_is_enough);
    if (!answered) return ToStatus(code, url);
    long status = 0;  // NOLINT(runtime/int): curl's type.
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    return HttpResponse{static_cast<int>(status), std::move(answer.headers)};
  }

  void Interrupt() override {
    absl::MutexLock lock(&mutex_);
    interrupted_ = true;
    for (CURLM* multi : running_) curl_multi_wakeup(multi);
  }

 private:
  static void SetUp(CURL* easy, const std::string& url, const std::string& body,
                    absl::Duration timeout) {
    const auto millis =
        std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout));
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, millis);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, millis);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "recourse");
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnBody);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
  }

  bool Begin(CURLM* multi) {
    absl::MutexLock lock(&mutex_);
    if (interrupted_) return false;
    running_.insert(multi);
    return true;
  }

  void End(CURLM* multi) {
    absl::MutexLock lock(&mutex_);
    running_.erase(multi);
    ended_.SignalAll();
  }

  bool interrupted() {
    absl::MutexLock lock(&mutex_);
    return interrupted_;
  }

  // A multi handle of its own for each call, since only that can be woken.
  CURLcode Run(CURL* easy, CURLM* multi) {
    curl_multi_add_handle(multi, easy);
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    int running = 1;
    while (running > 0 && !interrupted()) {
      if (curl_multi_perform(multi, &running) != CURLM_OK) {
        code = CURLE_FAILED_INIT;
        break;
      }
      if (running > 0) curl_multi_poll(multi, nullptr, 0, kPollMillis, nullptr);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE) code = message->data.result;
    }
    curl_multi_remove_handle(multi, easy);
    return code;
  }

  absl::Mutex mutex_;
  absl::CondVar ended_;  // running_ lost one.
  std::set<CURLM*> running_ ABSL_GUARDED_BY(mutex_);
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

std::unique_ptr<HttpClient> NewCurlHttpClient() {
  static std::once_flag once;  // Not safe while other threads use curl.
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::make_unique<CurlHttpClient>();
}

}  // namespace recourse
