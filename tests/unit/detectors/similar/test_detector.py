from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from riskguard.detectors.panel import Panel
from riskguard.detectors.similar import LookAlikes, Match, MemoryLookAlikes, SimilarDetector, Trace
from riskguard.detectors.similar.detector import campaign_score, flood_score
from riskguard.domain.errors import DetectorFailed
from riskguard.domain.finding import Cause, Finding
from riskguard.domain.post import Author, Post
from riskguard.text.view import fold_all
from tests.unit.detectors.posts import NOW, posts_of

LURE = "限时福利大放送，名额有限，想要的朋友抓紧来找我领取"


def _said(author: str, text: str = LURE, *, post_id: str = "", community: str = "garden") -> Post:
    name = post_id or f"{author}-{len(text)}"
    return Post(f"pst_{name}", community, name, text, NOW, Author(author))


def _read(detector: SimilarDetector, *posts: Post) -> list[list[Finding]]:
    return detector.read(posts, fold_all([post.text for post in posts]), floor=0.0)


def _by_label(found: Sequence[Finding]) -> dict[str, Finding]:
    return {finding.label: finding for finding in found}


@pytest.fixture
def detector() -> SimilarDetector:
    return SimilarDetector(MemoryLookAlikes())


def test_the_first_of_its_kind_has_no_findings_and_a_copy_names_it(detector: SimilarDetector) -> None:
    first, second = _said("ann", post_id="1"), _said("bob", "【福利】" + LURE + "哦", post_id="2")
    none, found = _read(detector, first, second)
    assert none == []
    (near,) = found
    assert near.label == "similar.near_duplicate"
    assert 0.8 < near.score < 1.0
    assert near.facts == {"cluster": "pst_1", "copies": 2, "accounts": 2, "minutes": 0}


def test_a_different_text_on_the_same_matter_does_not_join(detector: SimilarDetector) -> None:
    found = _read(detector, _said("ann"), _said("bob", "昨天去领福利，名额早就没有了，白跑一趟，大家别去了"))
    assert found == [[], []]


def test_an_author_who_repeats_himself_floods(detector: SimilarDetector) -> None:
    found = [_read(detector, _said("ann", post_id=str(n)))[0] for n in range(5)]
    assert _by_label(found[4])["similar.flood"].score == flood_score(5)
    assert _by_label(found[4])["similar.flood"].facts["copies"] == 5
    assert "similar.campaign" not in _by_label(found[4])


def test_many_accounts_make_a_campaign_that_grows(detector: SimilarDetector) -> None:
    found = _read(detector, *(_said(f"account-{n}", post_id=str(n)) for n in range(20)))
    assert "similar.campaign" not in _by_label(found[1])
    assert _by_label(found[19])["similar.campaign"].score == campaign_score(20)
    assert _by_label(found[19])["similar.campaign"].facts["accounts"] == 20
    assert "similar.flood" not in _by_label(found[19])


def test_authors_that_the_platform_does_not_name_are_no_flood(detector: SimilarDetector) -> None:
    found = _read(detector, *(_said("", post_id=str(n)) for n in range(6)))
    assert set(_by_label(found[5])) == {"similar.near_duplicate"}
    assert _by_label(found[5])["similar.near_duplicate"].facts["accounts"] == 1


def test_a_short_exact_copy_tells_less_and_is_no_campaign(detector: SimilarDetector) -> None:
    found = _read(detector, *(_said(f"a{n}", "哈哈哈", post_id=str(n)) for n in range(30)))
    assert set(_by_label(found[29])) == {"similar.near_duplicate"}
    assert _by_label(found[29])["similar.near_duplicate"].score == 0.5
    assert _by_label(found[29])["similar.near_duplicate"].facts == {"cluster": "pst_0", "copies": 30, "minutes": 0}


def test_communities_do_not_see_each_other(detector: SimilarDetector) -> None:
    assert _read(detector, _said("ann", community="a"), _said("bob", community="b")) == [[], []]


def test_an_edited_post_does_not_meet_itself(detector: SimilarDetector) -> None:
    post = _said("ann", post_id="1")
    edited = replace(post, id="pst_other", revision=2, text=LURE + "！")
    assert _read(detector, post, edited) == [[], []]


def test_a_repeated_batch_changes_nothing(detector: SimilarDetector) -> None:
    posts = [_said(f"a{n}", post_id=str(n)) for n in range(4)]
    first = _read(detector, *posts)
    again = _read(detector, *posts)
    assert again[0] == first[0] == []
    assert again[3] == first[3]


def test_a_cluster_is_forgotten_when_its_window_has_passed() -> None:
    detector = SimilarDetector(MemoryLookAlikes(window_s=3600))
    first = _said("ann", post_id="1")
    inside = replace(_said("bob", post_id="2"), created_at=NOW + timedelta(minutes=59))
    later = replace(_said("cat", post_id="3"), created_at=NOW + timedelta(hours=2))
    found = _read(detector, first, inside, later)
    assert [bool(each) for each in found] == [False, True, False]


def test_a_campaign_tells_how_long_it_lasts() -> None:
    detector = SimilarDetector(MemoryLookAlikes())
    posts = [
        replace(_said(f"a{n}", post_id=str(n)), created_at=NOW + timedelta(minutes=7 * n, seconds=20)) for n in range(4)
    ]
    assert _by_label(_read(detector, *posts)[3])["similar.campaign"].facts["minutes"] == 21


def test_a_template_is_followed_from_face_to_face_but_not_to_another_text(detector: SimilarDetector) -> None:
    base = "内部消息这只股票下周必涨跟着老师操作稳赚不赔进群领取名单"
    near = "内部消息这只基金下周必涨跟着老师操作稳赚不赔加我领取资料"
    far = "可靠消息这只基金下周翻倍跟着老师操作稳赚不赔加我领取资料"
    other = "可靠的朋友说这只基金下周翻倍是骗人的导师操作不了请加我说说你的资料"
    found = _read(detector, *(_said(f"a{n}", text, post_id=str(n)) for n, text in enumerate([base, near, far, other])))
    assert [each[0].facts["cluster"] if each else None for each in found] == [None, "pst_0", "pst_0", None]
    alone = SimilarDetector(MemoryLookAlikes())
    assert _read(alone, _said("a0", base, post_id="0"), _said("a2", far, post_id="2")) == [[], []]


def test_listed_copypasta_is_taken_out_first(tmp_path: Path) -> None:
    (tmp_path / "copypasta.yaml").write_text("groups: [{id: wishes, phrases: [祝…新年快乐阖家幸福万事如意]}]", "utf-8")
    detector = SimilarDetector(MemoryLookAlikes(), policy_dir=tmp_path)
    wish = "祝大家新年快乐，阖家幸福，万事如意！"
    assert _read(detector, *(_said(f"a{n}", wish, post_id=str(n)) for n in range(5))) == [[]] * 5
    dressed = [_said(f"b{n}", wish + LURE, post_id=f"b{n}") for n in range(3)]
    assert _by_label(_read(detector, *dressed)[2])["similar.campaign"].facts["accounts"] == 3


def test_changed_copypasta_is_taken_over_and_a_faulty_edit_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("riskguard.policy.watch.LOOK_EVERY_S", 0.0)
    detector = SimilarDetector(MemoryLookAlikes(), policy_dir=tmp_path)
    assert detector.version == "minhash128-32x4-4+none"
    file = tmp_path / "copypasta.yaml"
    file.write_text(f"groups: [{{id: ours, phrases: [{LURE}]}}]", "utf-8")
    detector.refresh()
    version = detector.version
    assert _read(detector, _said("ann"), _said("bob")) == [[], []]
    file.write_text("groups: [{id: ours, phrases: [领]}]", "utf-8")
    detector.refresh()
    assert detector.version == version != "minhash128-32x4-4+none"
    assert "'领' is too short" in caplog.text


def test_mere_reposts_are_not_compared(detector: SimilarDetector) -> None:
    posts = [_said(f"a{n}", f"转发微博//@某人:{LURE}", post_id=str(n)) for n in range(3)]
    assert _read(detector, *posts) == [[], [], []]


def test_findings_under_the_floor_are_left_out(detector: SimilarDetector) -> None:
    posts = posts_of([LURE, LURE])
    assert detector.read(posts, fold_all([LURE, LURE]), floor=1.0)[1][0].label == "similar.near_duplicate"


class _Unreachable(LookAlikes):
    def meet(self, traces: Sequence[Trace]) -> list[Match | None]:
        raise DetectorFailed("look-alikes cannot be reached")


def test_an_unreachable_memory_makes_the_detector_abstain() -> None:
    (reading,) = Panel([SimilarDetector(_Unreachable())]).read(posts_of([LURE]), fold_all([LURE]))
    (abstention,) = reading.abstentions
    assert (abstention.detector, abstention.cause) == ("similar", Cause.FAILED)
    assert "similar.campaign" in abstention.labels


@pytest.mark.parametrize("score", [flood_score, campaign_score])
def test_scores_rise_and_stay_below_one(score: Callable[[int], float]) -> None:
    found = [score(n) for n in range(3, 200)]
    assert found == sorted(found)
    assert 0 < found[0] < found[-1] < 1
