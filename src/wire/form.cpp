#include "wire/form.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"

namespace cobro::wire {
namespace {

constexpr std::size_t kMaxPairs = 1000;
constexpr std::size_t kMaxDepth = 10;

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string encode_except(std::string_view text, std::string_view raw) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c) || raw.find(c) != std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    out.push_back('%');
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 0x0f]);
  }
  return out;
}

// What JSON could hold as well: the decoded texts end up beside parsed JSON.
bool is_clean(std::string_view text) {
  return base::is_utf8(text) && text.find('\0') == std::string_view::npos;
}

}  // namespace

std::string percent_encode(std::string_view text) {
  return encode_except(text, "");
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const auto byte = base::from_hex(text.substr(i + 1, 2));
      if (!byte || byte->empty()) return std::nullopt;
      out += *byte;
      i += 2;
    } else {
      out.push_back(text[i] == '+' && plus_is_space ? ' ' : text[i]);
    }
  }
  return out;
}

std::optional<FormFields> parse_form(std::string_view text) {
  FormFields fields;
  for (const auto pair : base::split(text, '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string()
                                                  : percent_decode(pair.substr(equals + 1), true);
    if (!name || !value || !is_clean(*name) || !is_clean(*value)) return std::nullopt;
    if (fields.size() == kMaxPairs) return std::nullopt;
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

std::string to_form(const FormFields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out.push_back('&');
    out += encode_except(name, "[]");
    out.push_back('=');
    out += percent_encode(value);
  }
  return out;
}

namespace {

// The tree while it grows. Arrays are containers whose names turn out to be 0, 1, 2, …
struct Node {
  std::string name;
  std::optional<std::string> value;
  std::vector<Node> members;

  Node* find(std::string_view wanted) {
    const auto found = std::ranges::find(members, wanted, &Node::name);
    return found == members.end() ? nullptr : &*found;
  }
  Node& add(std::string new_name) {
    return members.emplace_back(Node{std::move(new_name), std::nullopt, {}});
  }
};

// "a[b][c]" is {"a", "b", "c"}; nothing when the brackets do not match.
std::optional<std::vector<std::string>> name_segments(std::string_view name) {
  const auto bracket = name.find('[');
  std::vector<std::string> segments{std::string(name.substr(0, bracket))};
  if (segments.front().empty() || segments.front().find(']') != std::string::npos)
    return std::nullopt;
  for (name.remove_prefix(segments.front().size()); !name.empty();) {
    const auto end = name.find(']');
    if (name.front() != '[' || end == std::string_view::npos) return std::nullopt;
    segments.emplace_back(name.substr(1, end - 1));
    if (segments.back().find('[') != std::string::npos) return std::nullopt;
    name.remove_prefix(end + 1);
  }
  return segments;
}

// `a[][b]=1&a[][c]=2` fills one element until a name comes round again.
Node& next_element(Node& array, const std::string* inner) {
  if (inner != nullptr && !inner->empty() && !array.members.empty()) {
    Node& last = array.members.back();
    if (!last.value && last.find(*inner) == nullptr) return last;
  }
  auto index = array.members.size();  // or the next one, when `a[1]=` has taken that name
  while (array.find(std::to_string(index)) != nullptr) ++index;
  return array.add(std::to_string(index));
}

std::optional<std::string> insert(Node& root, const std::vector<std::string>& segments,
                                  std::string value) {
  if (segments.size() > kMaxDepth) return "nested too deeply";
  Node* node = &root;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (node->value) return "used both as a value and as a container";
    if (segments[i].empty()) {
      node = &next_element(*node, i + 1 < segments.size() ? &segments[i + 1] : nullptr);
    } else {
      Node* known = node->find(segments[i]);
      node = known != nullptr ? known : &node->add(segments[i]);
    }
  }
  if (!node->members.empty()) return "used both as a value and as a container";
  node->value = std::move(value);
  return std::nullopt;
}

// The elements in order when the members are named exactly 0 to n-1.
std::optional<std::vector<Node*>> as_elements(Node& node) {
  std::vector<Node*> elements(node.members.size());
  for (auto& member : node.members) {
    const auto index = base::parse_int64(member.name);
    if (!index || *index < 0 || std::to_string(*index) != member.name) return std::nullopt;
    if (static_cast<std::size_t>(*index) >= elements.size()) return std::nullopt;
    elements[static_cast<std::size_t>(*index)] = &member;
  }
  return elements;
}

Json to_object(Node& node);

Json to_json(Node& node) {
  if (node.value) return std::move(*node.value);
  if (const auto elements = as_elements(node)) {
    JsonArray array;
    for (Node* element : *elements) array.push_back(to_json(*element));
    return array;
  }
  return to_object(node);
}

Json to_object(Node& node) {
  JsonObject object;
  for (auto& member : node.members) object.emplace_back(std::move(member.name), to_json(member));
  return object;
}

}  // namespace

base::Result<Json, FormError> parse_nested_form(std::string_view text) {
  auto fields = parse_form(text);
  if (!fields) return std::unexpected(FormError{"", "malformed form encoding"});
  Node root;
  for (auto& [name, value] : *fields) {
    const auto segments = name_segments(name);
    if (!segments) return std::unexpected(FormError{name, "malformed parameter name"});
    if (auto refusal = insert(root, *segments, std::move(value)))
      return std::unexpected(FormError{name, std::move(*refusal)});
  }
  return to_object(root);
}

}  // namespace cobro::wire
