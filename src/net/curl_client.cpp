#include "net/curl_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "base/text.h"

namespace cobro::net {
namespace asio = boost::asio;
using boost::system::error_code;
using ports::HttpFailure;
using ports::HttpResult;

namespace {

constexpr std::size_t kBodyLimit = 4 * 1024 * 1024;
constexpr std::size_t kHeaderLimit = 256 * 1024;

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void append(List& list, const std::string& line) {
  auto* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) throw std::bad_alloc();
  if (!list) list.reset(longer);  // a list that was there keeps its head
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (curl_easy_setopt(easy, option, value) != CURLE_OK)
    throw std::runtime_error("libcurl refuses an option");
}

bool is_loopback_url(const std::string& url) {
  const auto host_start = url.find("://");
  if (host_start == url.npos) return false;
  const std::string_view rest = std::string_view(url).substr(host_start + 3);
  return rest.starts_with("127.") || rest.starts_with("[::1]") || rest.starts_with("localhost:") ||
         rest.starts_with("localhost/") || rest == "localhost";
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

HttpFailure::Kind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return HttpFailure::Kind::unreachable;
    case CURLE_OPERATION_TIMEDOUT:
      return HttpFailure::Kind::timed_out;
    default:
      return HttpFailure::Kind::broken;
  }
}

// One descriptor of curl's, watched for what curl wants to know. Curl opens and closes it; we
// only borrow it, so it is released and never closed here.
struct Watch : std::enable_shared_from_this<Watch> {
  Watch(asio::io_context& io, curl_socket_t socket) : descriptor(io, socket) {}
  asio::posix::stream_descriptor descriptor;
  int wanted = 0;  // CURL_POLL_IN, _OUT, _INOUT
  bool reading = false;
  bool writing = false;
  bool removed = false;
};

}  // namespace

struct CurlClient::Impl {
  Impl(Loop& loop, std::string agent)
      : io(loop.native()), timer(io), user_agent(std::move(agent)), alive(this, [](Impl*) {}) {
    start_curl();
    multi = curl_multi_init();
    if (!multi) throw std::runtime_error("libcurl does not start");
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Impl::on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Impl::on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 256L);
  }
  ~Impl() {
    curl_multi_cleanup(multi);  // may still call on_socket
    for (auto& [socket, watch] : watches) forget(*watch);
  }

  asio::io_context& io;
  asio::steady_timer timer;
  std::uint64_t armings = 0;  // the last one counts
  std::string user_agent;
  CURLM* multi = nullptr;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches;
  // Handlers hold it weakly: they may fire after the client is gone.
  std::shared_ptr<Impl> alive;

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    static_cast<Impl*>(self)->watch(socket, what);
    return 0;
  }
  static int on_timer(CURLM*, long timeout_ms, void* self) {
    static_cast<Impl*>(self)->arm(timeout_ms);
    return 0;
  }

  static void forget(Watch& watch) {
    watch.removed = true;
    if (watch.descriptor.is_open()) watch.descriptor.release();
  }

  void watch(curl_socket_t socket, int what) {
    const auto entry = watches.find(socket);
    if (what == CURL_POLL_REMOVE) {
      if (entry == watches.end()) return;
      forget(*entry->second);
      watches.erase(entry);
      return;
    }
    const auto& watched =
        entry != watches.end()
            ? entry->second
            : watches.emplace(socket, std::make_shared<Watch>(io, socket)).first->second;
    watched->wanted = what;
    await_ready(watched);
  }

  void await_ready(const std::shared_ptr<Watch>& watch) {
    if ((watch->wanted & CURL_POLL_IN) != 0 && !std::exchange(watch->reading, true))
      await_event(watch, asio::posix::stream_descriptor::wait_read, CURL_CSELECT_IN);
    if ((watch->wanted & CURL_POLL_OUT) != 0 && !std::exchange(watch->writing, true))
      await_event(watch, asio::posix::stream_descriptor::wait_write, CURL_CSELECT_OUT);
  }

  void await_event(const std::shared_ptr<Watch>& watch,
                   asio::posix::stream_descriptor::wait_type type, int event) {
    watch->descriptor.async_wait(
        type, [weak = std::weak_ptr(alive), watch, event](error_code failed) {
          (event == CURL_CSELECT_IN ? watch->reading : watch->writing) = false;
          const auto self = weak.lock();
          if (!self || watch->removed || failed == asio::error::operation_aborted) return;
          const int wanted = event == CURL_CSELECT_IN ? CURL_POLL_IN : CURL_POLL_OUT;
          if ((watch->wanted & wanted) == 0) return;
          self->advance(watch->descriptor.native_handle(), failed ? CURL_CSELECT_ERR : event);
          if (!weak.expired() && !watch->removed) self->await_ready(watch);
        });
  }

  void arm(long timeout_ms) {
    timer.cancel();
    const auto armed = ++armings;
    if (timeout_ms < 0) return;
    // Never from inside this call: curl is not re-entrant here.
    if (timeout_ms == 0)
      return asio::post(io, [weak = std::weak_ptr(alive), armed] {
        const auto self = weak.lock();
        if (self && self->armings == armed) self->advance(CURL_SOCKET_TIMEOUT, 0);
      });
    timer.expires_after(std::chrono::milliseconds(timeout_ms));
    timer.async_wait([weak = std::weak_ptr(alive)](error_code cancelled) {
      const auto self = weak.lock();
      if (self && !cancelled) self->advance(CURL_SOCKET_TIMEOUT, 0);
    });
  }

  void advance(curl_socket_t socket, int events);
};

// One exchange: what curl reads from and writes to, at an address that does not move.
struct CurlClient::Transfer {
  Transfer(Impl& client_in, ports::HttpRequest request_in)
      : client(client_in), request(std::move(request_in)) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() { detach(); }

  Impl& client;
  ports::HttpRequest request;
  Easy easy;
  List fields;
  char error[CURL_ERROR_SIZE] = {};
  ports::HttpResponse response;
  std::size_t header_bytes = 0;
  int sends = 0;
  bool too_large = false;
  bool attached = false;
  std::optional<base::Completion<HttpResult>> done;

  // Curl is about to send the request: once, or again when a kept connection had closed.
  static int on_send(void* self, char*, char*, int, int) {
    ++static_cast<Transfer*>(self)->sends;
    return CURL_PREREQFUNC_OK;
  }

  static std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.response.body.size() + count > kBodyLimit) {
      transfer.too_large = true;
      return CURL_WRITEFUNC_ERROR;
    }
    transfer.response.body.append(bytes, count);
    return count;
  }

  static std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->take_header({bytes, count}) ? count : 0;
  }

  // A status line begins a new head: what came before was an interim answer (1xx).
  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > kHeaderLimit) {
      too_large = true;
      return false;
    }
    if (line.starts_with("HTTP/")) response.headers = {};
    const auto colon = line.find(':');
    if (colon != line.npos && !line.starts_with("HTTP/"))
      response.headers.add(std::string(line.substr(0, colon)),
                           std::string(base::trim(line.substr(colon + 1))));
    return true;
  }

  void detach() {
    if (std::exchange(attached, false)) curl_multi_remove_handle(client.multi, easy.get());
  }

  void start(base::Completion<HttpResult> completion) {
    done.emplace(std::move(completion));
    if (has_control(request.url)) return refuse("malformed URL");
    for (const auto& field : request.headers)
      if (has_control(field.name) || has_control(field.value)) return refuse("malformed header");
    easy.reset(curl_easy_init());
    if (!easy) throw std::bad_alloc();
    set_target();
    set_fields();
    set_method();
    attached = true;
    if (curl_multi_add_handle(client.multi, easy.get()) != CURLM_OK) {
      attached = false;
      refuse("libcurl refuses the request");
    }
  }

  void refuse(const char* why) {
    (*done)(std::unexpected(HttpFailure{HttpFailure::Kind::unreachable, why}));
  }

  void set_target() {
    auto* handle = easy.get();
    using std::chrono::milliseconds;
    const auto timeout = request.timeout.count() > 0
                             ? std::chrono::ceil<milliseconds>(request.timeout)
                             : milliseconds(30'000);
    set(handle, CURLOPT_URL, request.url.c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    if (is_loopback_url(request.url)) set(handle, CURLOPT_PROXY, "");
    set(handle, CURLOPT_USERAGENT, client.user_agent.c_str());
    set(handle, CURLOPT_PRIVATE, static_cast<void*>(this));
    set(handle, CURLOPT_ERRORBUFFER, error);
    set(handle, CURLOPT_PREREQFUNCTION, &Transfer::on_send);
    set(handle, CURLOPT_PREREQDATA, static_cast<void*>(this));
    set(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(handle, CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(handle, CURLOPT_HEADERDATA, static_cast<void*>(this));
  }

  void set_fields() {
    for (const auto& field : request.headers)
      // `Name;` is how curl writes a field with an empty value.
      append(fields, field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
    append(fields, "Expect:");  // never wait for 100 Continue
    if (!request.headers.find("content-type")) append(fields, "Content-Type:");
    set(easy.get(), CURLOPT_HTTPHEADER, fields.get());
  }

  void set_method() {
    auto* handle = easy.get();
    if (request.method == "HEAD") return set(handle, CURLOPT_NOBODY, 1L);
    if (request.method == "GET" && request.body.empty()) return set(handle, CURLOPT_HTTPGET, 1L);
    const bool has_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
    if (has_body) {
      set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(handle, CURLOPT_POSTFIELDS, request.body.data());
    }
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  void finish(CURLcode code) {
    detach();
    if (too_large)
      return (*done)(
          std::unexpected(HttpFailure{HttpFailure::Kind::too_large, "the answer is too large"}));
    if (code != CURLE_OK) {
      const char* what = error[0] != '\0' ? error : curl_easy_strerror(code);
      return (*done)(std::unexpected(HttpFailure{kind_of(code), what}));
    }
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    response.resent = sends > 1;
    (*done)(std::move(response));
  }
};

void CurlClient::Impl::advance(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi, socket, events, &running);
  // `finish` resumes whoever waits, and that may send again or destroy other transfers: each
  // round asks curl anew.
  int queued = 0;
  while (auto* message = curl_multi_info_read(multi, &queued)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    void* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    static_cast<Transfer*>(transfer)->finish(code);
  }
}

CurlClient::CurlClient(Loop& loop, std::string user_agent)
    : impl_(std::make_unique<Impl>(loop, std::move(user_agent))) {}

CurlClient::~CurlClient() = default;

base::Task<HttpResult> CurlClient::send(ports::HttpRequest request) {
  Transfer transfer(*impl_, std::move(request));
  co_return co_await base::await_callback<HttpResult>(
      [&transfer](base::Completion<HttpResult> done) { transfer.start(std::move(done)); });
}

}  // namespace cobro::net
