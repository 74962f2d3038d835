#include "ota/plain_text.h"

#include <gtest/gtest.h>

namespace contactor::ota {
namespace {

TEST(PlainText, MakesOneLineOfAnything) {
  EXPECT_EQ(one_line("  Ann\r\nBcc: all@example.org\t x\x7f ", 100), "Ann Bcc: all@example.org x");
  EXPECT_EQ(one_line("a\xe2\x80\xae"
                     "b\xe2\x80\xa8"
                     "c\xe2\x81\xa6"
                     "d\xc2\x85"
                     "e",
                     100),
            "a b c d e");
  EXPECT_EQ(one_line("Señora Müller — 東京", 100), "Señora Müller — 東京");
  EXPECT_EQ(one_line("\n\t ", 100), "");
}

TEST(PlainText, CutsBetweenCharacters) {
  EXPECT_EQ(one_line("aä", 2), "a");
  EXPECT_EQ(one_line("aä", 3), "aä");
  EXPECT_EQ(one_line("東京", 5), "東");
  EXPECT_EQ(one_line("東京", 2), "");
  EXPECT_EQ(one_line("ab cd", 3), "ab");
}

TEST(PlainText, EscapesWhatHtmlReads) {
  EXPECT_EQ(escape_html("<b a=\"x\" c='y'>&"), "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;");
}

TEST(PlainText, EncodesAUrlSegment) {
  EXPECT_EQ(encode_url_segment("a/b c?ä-._~9"), "a%2Fb%20c%3F%C3%A4-._~9");
}

}  // namespace
}  // namespace contactor::ota
