#include "crypto/flat_json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <utility>

namespace cobro::crypto {
namespace {

struct Handler {
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;
  using Kind = FlatValue::Kind;

  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  FlatObject object;
  FlatValue* member = nullptr;  // whose value is being read
  int depth = 0;
  std::string buffer;  // parts of the string, name or number being read

  bool append(string_view part) {
    buffer.append(part.data(), part.size());
    return true;
  }
  // A scalar ended: a member's value, an element of its list, or something deeper.
  bool scalar(Kind kind, error_code& ec) {
    std::string text = std::exchange(buffer, {});
    if (depth == 0) return refuse(ec);
    if (depth == 1) {
      member->kind = kind;
      member->text = std::move(text);
    } else if (depth == 2 && member->kind == Kind::texts && kind == Kind::text) {
      member->texts.push_back(std::move(text));
    } else {
      member->kind = Kind::other;
    }
    return true;
  }
  static bool refuse(error_code& ec) {
    ec = boost::json::error::syntax;
    return false;
  }
  bool leave() {
    --depth;
    return true;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    if (depth > 0) member->kind = Kind::other;
    ++depth;
    return true;
  }
  bool on_object_end(std::size_t, error_code&) { return leave(); }
  bool on_array_begin(error_code& ec) {
    if (depth == 0) return refuse(ec);
    member->kind = depth == 1 ? Kind::texts : Kind::other;
    ++depth;
    return true;
  }
  bool on_array_end(std::size_t, error_code&) { return leave(); }
  bool on_key_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_key(string_view part, std::size_t, error_code& ec) {
    append(part);
    std::string name = std::exchange(buffer, {});
    if (depth > 1) return true;
    const auto [entry, is_new] = object.try_emplace(std::move(name));
    member = &entry->second;
    return is_new || refuse(ec);
  }
  bool on_string_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_string(string_view part, std::size_t, error_code& ec) {
    return append(part) && scalar(Kind::text, ec);
  }
  bool on_number_part(string_view part, error_code&) { return append(part); }
  bool number(string_view part, error_code& ec) { return append(part) && scalar(Kind::number, ec); }
  bool on_int64(std::int64_t, string_view part, error_code& ec) { return number(part, ec); }
  bool on_uint64(std::uint64_t, string_view part, error_code& ec) { return number(part, ec); }
  bool on_double(double, string_view part, error_code& ec) { return number(part, ec); }
  bool on_bool(bool, error_code& ec) { return scalar(Kind::other, ec); }
  bool on_null(error_code& ec) { return scalar(Kind::null, ec); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

}  // namespace

std::optional<FlatObject> parse_flat_object(std::string_view text) {
  boost::json::basic_parser<Handler> parser(boost::json::parse_options{});
  boost::json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (error || read < text.size()) return std::nullopt;
  return std::move(parser.handler().object);
}

}  // namespace cobro::crypto
