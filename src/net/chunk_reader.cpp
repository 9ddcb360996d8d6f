#include "net/chunk_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace cobro::net {

std::size_t ChunkReader::feed(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && !refusal_ && part_ != Part::nothing) {
    const auto rest = bytes.substr(used);
    std::size_t taken = 0;
    if (part_ == Part::data)
      taken = take_data(rest, body);
    else if (part_ == Part::data_end)
      taken = take_data_end(rest);
    else
      taken = take_line(rest);
    if (taken == 0) break;
    used += taken;
  }
  return used;
}

std::size_t ChunkReader::take_line(std::string_view bytes) {
  const auto end = bytes.find('\n');
  const auto first_return = bytes.substr(0, end).find('\r');
  if (end == bytes.npos) {
    if (first_return < bytes.size() - 1) return refuse(400, "a bare CR in a chunk's line");
    if (bytes.size() > framing_left_ + 32) return refuse(400, "too much beside the chunks' data");
    return 0;
  }
  if (end == 0 || first_return != end - 1) return refuse(400, "a chunk's line must end with CR LF");
  const auto line = bytes.substr(0, end - 1);
  if (part_ == Part::size_line)
    read_size(line);
  else
    read_trailer(line);
  return refusal_ ? 0 : end + 1;
}

void ChunkReader::read_size(std::string_view line) {
  // from_chars takes neither a sign nor 0x; more digits than a size has would only be zeros.
  std::uint64_t size = 0;
  const auto* end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data(), end, size, 16);
  const auto extension = line.substr(static_cast<std::size_t>(parsed.ptr - line.data()));
  if (parsed.ec != std::errc{} || line.size() - extension.size() > 16)
    return void(refuse(400, "malformed chunk size"));
  if (!extension.empty() && (extension.front() != ';' || has_control(extension)))
    return void(refuse(400, "malformed chunk extension"));
  if (!spend_framing(extension.size())) return;
  if (size > body_left_) return void(refuse(413, "the body is too large"));
  data_left_ = size;
  body_left_ -= size;
  part_ = size == 0 ? Part::trailers : Part::data;
}

void ChunkReader::read_trailer(std::string_view line) {
  if (line.empty()) {
    part_ = Part::nothing;
    return;
  }
  if (!spend_framing(line.size() + 2)) return;
  if (const auto refused = scan_trailer(line)) refuse(refused->status, refused->reason);
}

std::size_t ChunkReader::take_data(std::string_view bytes, std::string& body) {
  const auto size = std::min(data_left_, bytes.size());
  body.append(bytes.substr(0, size));
  data_left_ -= size;
  if (data_left_ == 0) part_ = Part::data_end;
  return size;
}

std::size_t ChunkReader::take_data_end(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n";
  if (!kEnd.starts_with(bytes.substr(0, 2)))
    return refuse(400, "a chunk's data must end with CR LF");
  if (bytes.size() < 2) return 0;
  part_ = Part::size_line;
  return 2;
}

bool ChunkReader::spend_framing(std::size_t bytes) {
  if (bytes > framing_left_) {
    refuse(400, "too much beside the chunks' data");
    return false;
  }
  framing_left_ -= bytes;
  return true;
}

std::size_t ChunkReader::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return 0;
}

}  // namespace cobro::net
