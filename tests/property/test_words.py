"""Words are cut as jieba cuts them, only faster."""

from __future__ import annotations

import jieba
from hypothesis import example, given
from hypothesis import strategies as st

from riskguard.text.words import cut

SAID = "今天天气真好一起去公园散步吧卡拉OK厅里的AA制T恤c++江州市长江大桥龘䶮の𠮷"
texts = st.text(st.one_of(st.sampled_from(SAID), st.sampled_from("aZ019+#&._%- \t\r\n\u3000，。！")), max_size=40)


@given(texts)
@example("今天去卡拉OK，AA制b12c")
@example("一\r\n二\n\r三  四")
def test_words_are_those_of_jieba(text: str) -> None:
    assert cut(text) == list(jieba.cut(text, HMM=False))
    assert "".join(cut(text)) == text
