// Takes the chunked transfer coding off a body as it comes (RFC 9112, 7.1).
//
// It is as strict as the scan of the head, and for the same reason: Beast takes a line feed inside
// a quoted chunk extension, folded trailers, and trailers without a limit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "net/head_scan.h"

namespace cobro::net {

class ChunkReader {
 public:
  // `body_limit` is for the data; `framing_limit` for all extensions and trailers together.
  ChunkReader(std::size_t body_limit, std::size_t framing_limit)
      : body_left_(body_limit), framing_left_(framing_limit) {}

  // Appends the data in `bytes` to `body` and says how much was taken; the rest, a line that is
  // not all there, must be offered again with what came behind it. Takes nothing once it is
  // complete or has refused.
  std::size_t feed(std::string_view bytes, std::string& body);

  [[nodiscard]] bool complete() const { return part_ == Part::nothing; }
  // The status of the refusal: 400, or 413 for more data than the limit.
  [[nodiscard]] const std::optional<HeadRefusal>& refusal() const { return refusal_; }

 private:
  enum class Part { size_line, data, data_end, trailers, nothing };

  std::size_t take_line(std::string_view bytes);
  std::size_t take_data(std::string_view bytes, std::string& body);
  std::size_t take_data_end(std::string_view bytes);
  void read_size(std::string_view line);
  void read_trailer(std::string_view line);
  bool spend_framing(std::size_t bytes);
  std::size_t refuse(int status, std::string_view reason);

  Part part_ = Part::size_line;
  std::size_t data_left_ = 0;  // of this chunk
  std::size_t body_left_;
  std::size_t framing_left_;
  std::optional<HeadRefusal> refusal_;
};

}  // namespace cobro::net
