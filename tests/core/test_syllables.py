"""The first readings of characters are those of the package whose table they are from."""

from pypinyin import Style, pinyin

from app.compliance.syllables import syllable


def test_every_character_is_read_as_the_package_reads_it() -> None:
    sample = [chr(code) for code in [*range(0x3000, 0x3100), *range(0x3400, 0xA000, 5), *range(0x20000, 0x20400)]]
    for char in sample:
        read = pinyin(char, style=Style.NORMAL, errors="ignore")
        assert syllable(char) == (read[0][0].replace("ü", "v") if read else ""), char
    assert (syllable("绿"), syllable("a"), syllable("\U000f0000")) == ("lv", "", "")
