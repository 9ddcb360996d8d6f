// parse_json: Boost.JSON's basic_parser drives our handler, which builds the tree and
// keeps every number's text. In a file of its own because the parser's templates cost
// most of this folder's compile time.
#include <boost/json/basic_parser_impl.hpp>
#include <unordered_set>

#include "base/text.h"
#include "wire/json.h"

namespace cobro::wire {
namespace {

constexpr std::size_t kMaxNumberLength = 64;
// Below this many members a linear search for a duplicate beats hashing.
constexpr std::size_t kHashNamesFrom = 64;

struct Handler {
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;

  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  // One open array or object.
  struct Frame {
    Json container;
    std::string name;  // of the member being read
    std::unordered_set<std::string> names;
  };

  Json root;
  std::vector<Frame> open;
  std::string buffer;  // parts of the string, name or number being read
  std::optional<JsonError> refusal;

  bool refuse(JsonError::Kind kind, const char* message, error_code& ec) {
    refusal = JsonError{kind, message};
    ec = boost::json::error::syntax;
    return false;
  }

  void put(Json value) {
    if (open.empty()) {
      root = std::move(value);
      return;
    }
    Frame& frame = open.back();
    if (auto* array = frame.container.as_array())
      array->push_back(std::move(value));
    else
      frame.container.as_object()->emplace_back(std::move(frame.name), std::move(value));
  }

  bool begin(Json container, error_code& ec) {
    if (open.size() == kJsonMaxDepth)
      return refuse(JsonError::Kind::too_deep, "nested deeper than 32 levels", ec);
    open.push_back({std::move(container), {}, {}});
    return true;
  }
  bool end() {
    Json container = std::move(open.back().container);
    open.pop_back();
    put(std::move(container));
    return true;
  }

  static bool is_known(Frame& frame, const std::string& name) {
    const auto& members = *frame.container.as_object();
    if (members.size() < kHashNamesFrom) {
      return std::ranges::find(members, name, &JsonMember::first) != members.end();
    }
    if (frame.names.empty())
      for (const auto& member : members) frame.names.insert(member.first);
    return !frame.names.insert(name).second;
  }

  bool append(string_view part) {
    buffer.append(part.data(), part.size());
    return true;
  }
  bool append_number(string_view part, error_code& ec) {
    append(part);
    if (buffer.size() <= kMaxNumberLength) return true;
    return refuse(JsonError::Kind::number_too_long, "a number of more than 64 characters", ec);
  }
  bool number(string_view part, error_code& ec) {
    if (!append_number(part, ec)) return false;
    put(JsonNumber{std::exchange(buffer, {})});
    return true;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code& ec) { return begin(JsonArray{}, ec); }
  bool on_array_end(std::size_t, error_code&) { return end(); }
  bool on_object_begin(error_code& ec) { return begin(JsonObject{}, ec); }
  bool on_object_end(std::size_t, error_code&) { return end(); }
  bool on_string_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_string(string_view part, std::size_t, error_code&) {
    append(part);
    put(std::exchange(buffer, {}));
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_key(string_view part, std::size_t, error_code& ec) {
    append(part);
    Frame& frame = open.back();
    frame.name = std::exchange(buffer, {});
    if (!is_known(frame, frame.name)) return true;
    return refuse(JsonError::Kind::duplicate_name, "an object names a member twice", ec);
  }
  bool on_number_part(string_view part, error_code& ec) { return append_number(part, ec); }
  bool on_int64(std::int64_t, string_view part, error_code& ec) { return number(part, ec); }
  bool on_uint64(std::uint64_t, string_view part, error_code& ec) { return number(part, ec); }
  bool on_double(double, string_view part, error_code& ec) { return number(part, ec); }
  bool on_bool(bool value, error_code&) {
    put(value);
    return true;
  }
  bool on_null(error_code&) {
    put(JsonNull{});
    return true;
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

}  // namespace

base::Result<Json, JsonError> parse_json(std::string_view text) {
  if (!base::is_utf8(text))
    return std::unexpected(JsonError{JsonError::Kind::not_utf8, "not well-formed UTF-8"});
  boost::json::parse_options options;
  options.max_depth = kJsonMaxDepth + 1;  // the handler counts, and says so in its own words
  boost::json::basic_parser<Handler> parser(options);
  boost::json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (parser.handler().refusal) return std::unexpected(*parser.handler().refusal);
  if (!error && read < text.size()) error = boost::json::error::extra_data;
  if (error)
    return std::unexpected(
        JsonError{JsonError::Kind::syntax, error.message() + " at byte " + std::to_string(read)});
  return std::move(parser.handler().root);
}

}  // namespace cobro::wire
