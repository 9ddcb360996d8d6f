#include "net/request_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

#include "base/check.h"
#include "base/text.h"
#include "net/chunk_reader.h"
#include "net/head_scan.h"

namespace cobro::net {
namespace http = boost::beast::http;
namespace {

using boost::beast::error_code;
using View = boost::beast::string_view;

// More than this is not set aside on the word of a Content-Length alone.
constexpr std::size_t kBodyReserve = 64 * 1024;

std::string text(View view) {
  return {view.data(), view.size()};
}

// Beast's parser, writing into our Request instead of its own containers. It never sees a
// chunked body (chunk_reader.h).
class Parser final : public http::basic_parser<true> {
 public:
  explicit Parser(wire::Request& request) : request_(request) {}
  [[nodiscard]] bool head_done() const { return head_done_; }
  [[nodiscard]] int version() const { return version_; }

 private:
  void on_request_impl(http::verb, View method, View target, int version, error_code&) override {
    version_ = version;
    request_.method = text(method);
    const auto mark = std::min(target.find('?'), target.size());
    request_.path = text(target.substr(0, mark));
    if (mark < target.size()) request_.query = text(target.substr(mark + 1));
  }
  void on_field_impl(http::field, View name, View value, error_code&) override {
    request_.headers.add(text(name), text(value));
  }
  void on_header_impl(error_code&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) request_.body.reserve(std::min<std::size_t>(*length, kBodyReserve));
  }
  std::size_t on_body_impl(View bytes, error_code&) override {
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  std::size_t on_chunk_body_impl(std::uint64_t, View, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
  void on_response_impl(int, View, int, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  wire::Request& request_;
  bool head_done_ = false;
  int version_ = 11;
};

}  // namespace

struct RequestReader::Impl {
  std::size_t head_limit;
  std::size_t body_limit;
  State state = State::head;
  Refusal refusal;
  std::size_t scanned = 0;  // of the head's bytes offered so far
  std::size_t line_start = 0;
  bool expects_continue = false;
  wire::Request request;
  std::optional<Parser> parser;
  std::optional<ChunkReader> chunks;

  Impl(std::size_t head, std::size_t body) : head_limit(head), body_limit(body) { reset(); }

  void reset() {
    state = State::head;
    scanned = line_start = 0;
    expects_continue = false;
    request = {};
    parser.emplace(request);
    parser->header_limit(static_cast<std::uint32_t>(head_limit));
    parser->body_limit(body_limit);
    chunks.reset();
  }

  std::size_t refuse(int status, std::string reason) {
    state = State::refused;
    refusal = {status, std::move(reason)};
    return 0;
  }

  std::size_t refuse(error_code failed) {
    if (failed == http::error::body_limit) return refuse(413, "the body is too large");
    if (failed == http::error::header_limit) return refuse(431, "the head is too large");
    return refuse(400, "malformed HTTP: " + failed.message());
  }

  // The length of the head with its empty line; 0 while it is not all there.
  std::size_t find_head_end(std::string_view bytes) {
    // Who speaks something else, TLS above all, may never send a line end to wait for.
    if (!bytes.empty() && !is_token_character(bytes.front()))
      return refuse(400, "a request must begin with a method");
    while (true) {
      const auto end = bytes.find('\n', scanned);
      if (end == bytes.npos) break;
      if (end == 0 || bytes[end - 1] != '\r')
        return refuse(400, "a line must end with CR LF, and contain neither");
      scanned = end + 1;
      if (end - 1 == line_start) return scanned;
      line_start = scanned;
    }
    scanned = bytes.size();
    return 0;
  }

  std::size_t feed_head(std::string_view bytes) {
    const auto length = find_head_end(bytes);
    if (state == State::refused) return 0;
    if (length > head_limit || (length == 0 && bytes.size() >= head_limit))
      return refuse(431, "the head is too large");
    if (length == 0) return 0;
    const auto head = bytes.substr(0, length);
    if (const auto refused = scan_head(head))
      return refuse(refused->status, std::string(refused->reason));
    error_code failed;
    const auto used = parser->put(boost::asio::buffer(head.data(), head.size()), failed);
    if (failed && failed != http::error::need_more) return refuse(failed);
    COBRO_CHECK(parser->head_done() && used == length);
    return begin_body(length);
  }

  std::size_t begin_body(std::size_t head_length) {
    if (const auto expected = request.headers.find("expect")) {
      if (!base::equals_ignoring_case(*expected, "100-continue"))
        return refuse(417, "the only expectation known here is 100-continue");
      expects_continue = !parser->is_done() && parser->version() == 11;
    }
    if (request.headers.find("transfer-encoding")) chunks.emplace(body_limit, head_limit);
    parser->eager(true);
    state = parser->is_done() ? State::complete : State::body;
    return head_length;
  }

  std::size_t feed_body(std::string_view bytes) {
    if (chunks) return feed_chunks(bytes);
    error_code failed;
    const auto used = parser->put(boost::asio::buffer(bytes.data(), bytes.size()), failed);
    if (failed && failed != http::error::need_more) return refuse(failed);
    if (parser->is_done()) state = State::complete;
    return used;
  }

  std::size_t feed_chunks(std::string_view bytes) {
    const auto used = chunks->feed(bytes, request.body);
    if (const auto& refused = chunks->refusal())
      return refuse(refused->status, std::string(refused->reason));
    if (chunks->complete())
      state = State::complete;
    else if (bytes.size() - used >= head_limit)
      return refuse(400, "a chunk's line is too long");
    return used;
  }
};

RequestReader::RequestReader(std::size_t head_limit, std::size_t body_limit)
    : impl_(std::make_unique<Impl>(head_limit, body_limit)) {}
RequestReader::~RequestReader() = default;

std::size_t RequestReader::feed(std::string_view bytes) {
  std::size_t used = 0;
  if (impl_->state == State::head) used = impl_->feed_head(bytes);
  if (impl_->state == State::body && used < bytes.size())
    used += impl_->feed_body(bytes.substr(used));
  return used;
}

RequestReader::State RequestReader::state() const {
  return impl_->state;
}
const RequestReader::Refusal& RequestReader::refusal() const {
  return impl_->refusal;
}
const wire::Request& RequestReader::request() const {
  return impl_->request;
}
bool RequestReader::expects_continue() const {
  return impl_->expects_continue;
}
bool RequestReader::keep_alive() const {
  return impl_->parser->keep_alive();
}
bool RequestReader::is_http_1_0() const {
  return impl_->parser->version() == 10;
}

wire::Request RequestReader::take() {
  COBRO_CHECK(impl_->state == State::complete);
  auto request = std::move(impl_->request);
  impl_->reset();
  return request;
}

}  // namespace cobro::net
