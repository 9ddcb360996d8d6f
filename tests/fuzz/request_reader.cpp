// Any bytes, read whole and in pieces: the same requests, the same refusal, within the limits.
#include "net/request_reader.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace {

using cobro::net::RequestReader;

constexpr std::size_t kHeadLimit = 1024;
constexpr std::size_t kBodyLimit = 256;

struct Reading {
  std::vector<cobro::wire::Request> requests;
  int refused = 0;
  bool open = false;  // the last request is not all there
};

void check(const cobro::wire::Request& request) {
  COBRO_CHECK(request.body.size() <= kBodyLimit);
  COBRO_CHECK(request.path.starts_with('/'));
  for (const auto& field : request.headers)
    COBRO_CHECK(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
}

// As a connection does it: a window of `kHeadLimit` bytes, filled `step` bytes at a time.
Reading read(std::string_view bytes, std::size_t step) {
  RequestReader reader(kHeadLimit, kBodyLimit);
  Reading reading;
  std::string window;
  while (true) {
    window.erase(0, reader.feed(window));
    if (reader.state() == RequestReader::State::complete) {
      const bool last = !reader.keep_alive();
      check(reading.requests.emplace_back(reader.take()));
      if (last) return reading;
      continue;
    }
    if (reader.state() == RequestReader::State::refused) {
      reading.refused = reader.refusal().status;
      return reading;
    }
    COBRO_CHECK(window.size() < kHeadLimit);
    if (bytes.empty()) break;
    const auto piece = bytes.substr(0, std::min(step, kHeadLimit - window.size()));
    window += piece;
    bytes.remove_prefix(piece.size());
  }
  reading.open = !window.empty() || reader.state() == RequestReader::State::body;
  return reading;
}

bool same(const cobro::wire::Request& a, const cobro::wire::Request& b) {
  return a.method == b.method && a.path == b.path && a.query == b.query && a.headers == b.headers &&
         a.body == b.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read(bytes, kHeadLimit);
  for (const std::size_t step : {1, 7}) {
    const auto pieces = read(bytes, step);
    COBRO_CHECK(pieces.refused == whole.refused && pieces.open == whole.open);
    COBRO_CHECK(std::ranges::equal(pieces.requests, whole.requests, same));
  }
  return 0;
}
