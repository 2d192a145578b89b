#include "modules/auth/mfa/qr_code.hpp"

#include "codec/text.hpp"

#include <qrencode.h>

#include <memory>

namespace noded::auth {
namespace {

constexpr int kQuietZone = 4;  // modules of white around it, ISO/IEC 18004 §9.1

}  // namespace

std::string qr_code_svg(const std::string& text, std::string_view label) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free
  );
  if (code == nullptr) return {};
  const std::string side = std::to_string(code->width + 2 * kQuietZone);
  std::string svg =
      R"(<svg class="qr" role="img" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )";
  svg += side + " " + side + "\" shape-rendering=\"crispEdges\" aria-label=\"";
  codec::append_html_text(svg, label);
  svg += R"("><rect width="100%" height="100%" fill="#fff"/><path fill="#000" d=")";
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1) == 0) continue;
      svg +=
          'M' + std::to_string(x + kQuietZone) + ' ' + std::to_string(y + kQuietZone) + "h1v1h-1z";
    }
  }
  return svg + "\"/></svg>";
}

}  // namespace noded::auth
