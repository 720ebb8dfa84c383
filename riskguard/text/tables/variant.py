"""Characters that are another way to write one of today's: Japanese forms, old and vulgar ones. 氷 is 冰, 姧 is 奸.

Those of Japan are OpenCC's; the others are our own observations. None of GB 2312's 6,763 characters is read as another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from opencc import OpenCC

_OTHERS = (
    "挙举 郷乡 鉱矿 闘斗 薫熏 渋涩 舎舍 諌谏 頬颊 戸户 榖谷 劒剑 勦剿 厰厂 坿附 壻婿 姙妊 嬭奶 寃冤 寳宝 幇帮 彊强 "
    "徃往 恠怪 懽欢 揑捏 搨拓 摀捂 撦扯 攷考 敺驱 斵斫 曡叠 朶朵 枒丫 栢柏 楳梅 鎗枪 橃筏 氷冰 汚污 浬里 涖莅 潄漱 "
    "澁涩 灋法 炤照 烱炯 煖暖 煑煮 燄焰 犇奔 珎珍 珮佩 畧略 痺痹 皐皋 盌碗 砲炮 礮炮 礟炮 硏研 竝并 粧妆 紥扎 緖绪 "
    "罸罚 肎肯 脗吻 膓肠 臯皋 艸草 茍苟 荅答 蔴麻 藷薯 蘂蕊 虗虚 蟁蚊 褎袖 觧解 訢欣 詶酬 豓艳 賸剩 踁胫 躱躲 輭软 "
    "辤辞 迆迤 迯逃 逈迥 酖鸩 酧酬 醻酬 閧哄 閙闹 阬坑 隣邻 靭韧 韮韭 飃飘 餧喂 騐验 鬭斗 鬪斗 鵞鹅 鼔鼓 龢和 龎庞 "
    "囬回 囘回 亾亡 冄冉 凴凭 凾函 刧劫 吿告 塟葬 塲场 塡填 夲本 孼孽 宼寇 寕宁 尒尔 尠鲜 巵卮 帋纸 廵巡 惪德 愼慎 "
    "慙惭 憇憩 懴忏 戞戛 抅拘 拕拖 搯掏 摣揸 撍簪 擧举 攩挡 敍叙 斈学 昰是 暎映 冐冒 朞期 杦杉 枏楠 栁柳 梹槟 椀碗 "
    "槀槁 檾苘 欎郁 欝郁 欵款 歀款 歗啸 毬球 氊毡 湌餐 濶阔 烖灾 熖焰 牎窗 窓窗 窻窗 牕窗 犂犁 玅妙 琍璃 璢琉 畆亩 "
    "畂亩 疎疏 瘉愈 癎痫 皷鼓 盇盍 碁棋 磟碌 祘算 筭算 禩祀 秌秋 稾稿 穽阱 竢俟 箠棰 粺稗 糓谷 紬绸 絏绁 緥褓 繖伞 "
    "羴膻 羮羹 翺翱 聟婿 聨联 胷胸 脇胁 臈腊 臙胭 舃舄 艢樯 荳豆 萠萌 葢盖 蔕蒂 蔾藜 蘓苏 蘤花 虵蛇 蚦蚺 蛕蛔 蜨蝶 "
    "蠏蟹 蠧蠹 衇脉 衖巷 裠裙 帬裙 襍杂 覩睹 觗抵 觝抵 詧察 誖悖 諠喧 謌歌 譌讹 讙欢 豋登 豘豚 貭质 赱走 趂趁 跥跺 "
    "蹧糟 躭耽 輙辄 迻移 逩奔 遯遁 銲焊 鋜铐 闗关 陗峭 靣面 靱韧 鞌鞍 韈袜 頋顾 顋腮 飈飙 饍膳 駞驼 駮驳 騌鬃 驘骡 "
    "骾鲠 髣仿 鬀剃 鰌鳅 鴈雁 鵶鸦 鷰燕 鸎莺 麤粗 囓啮 龝秋 嘑呼 埜野 埳坎 堦阶 墖塔 夊攵 妺妹 姉姊 娬妩 婣姻 孅纤 "
    "寔实 尅克 岅坂 嵒岩 嶋岛 嶌岛 廐厩 廻回 弌一 弍二 弎三 彜彝 徧遍 忰悴 怱匆 恊协 悳德 愡惚 慂恿 慴慑 抃拚 拏拿 "
    "挶掬 捥腕 捝脱 掽碰 揫揪 搥捶 搾榨 撡操 擕携 攟捃 敂叩 敭扬 昚慎 晣晰 暱昵 曁暨 朖朗 杴锨 枱台 栞刊 桒桑 椉乘 "
    "楥楦 槩概 槪概 樐橹 橜橛 檝楫 殀夭 毉医 泒派 淛浙 湼涅 溌泼 澂澄 澔浩 濬浚 灔滟 灮光 炁气 煇辉 熈熙 爉蜡 牐闸 "
    "猨猿 獧狷 玨珏 琹琴 瑯琅 甎砖 甞尝 疉叠 痮胀 瘖喑 癈废 皃貌 皜皓 盋钵 眎视 眡视 睠眷 矙瞰 砋纸 碪砧 磵涧 祐佑 "
    "禸肉 秔粳 稺稚 穨颓 竒奇 竚伫 竸竞 笧册 筩筒 箎篪 箒帚 篛箬 籢奁 粬曲 粦磷 緐繁 縂总 縚绦 繈襁 繦襁 罇樽 翄翅 "
    "耡锄 耤藉 聡聪 肐胳 胑肢 脃脆 腁胼 臝裸 躶裸 舩船 舼舟 艁造 艣橹 芲花 苐第 茘荔 菓果 葠参 蓡参 蓪通 蕋蕊 薐菱 "
    "藳稿 虖乎 蚘蛔 蜋螂 蝡蠕 螡蚊 螾蚓 衂衄 衘衔 袵衽 裌夹 褃裉 襃褒 覔觅 覛觅 觔斤 詑诧 諐愆 譆嘻 谹宏 貇恳 貟员 "
    "賔宾 賷赍 贒贤 趮躁 踡蜷 踫碰 蹔暂 軄职 軆体 躰体 骵体 轁韬 辧办 迊匝 迏达 逹达 逎遒 逥回 邉边 醕醇 釆采 釖刀 "
    "鉌和 鉏锄 鈬铎 銕铁 鎻锁 鏁锁 鐡铁 鑚钻 鑛矿 閇闭 閗斗 閞关 闚窥 陁陀 陜狭 隄堤 隖坞 隷隶 雝雍 霛灵 靑青 鞱韬 "
    "鞵鞋 韤袜 頥颐 飡餐 飮饮 餁饪 餂舔 餠饼 馿驴 駈驱 騣鬃 驎麟 髥髯 鬦斗 鮎鲶 鮏腥 鱻鲜 鳦燕 鴬莺 麁粗 麐麟 鼡鼠 "
    "齅嗅 齚咋 齩咬 龂龈 髙高 囯国 圀国 囻国 卋世 亊事 伱你 刄刃 劔剑 剱剑 劵券 匧箧 咲笑 噐器 噑嗥 夀寿 夛多 姧奸 "
    "婬淫 滛淫 寊真 尐少 峩峨 帀匝 幚帮 彂发 彞彝 愽博 簙博 戝贼 昻昂 曵曳 枩松 椘楚 氺水 湏须 爯称 獘毙 珤宝 甦苏 "
    "畄留 眀明 砿矿 碯脑 秊年 竉宠 罓网 羙美 翆翠 脋胁 莋作 讬托 躳躬 鄊乡 髠髡 沵你 涐我 迗天 妳你 牠它 衹只 "
)
"""Each with the character that it is read as."""


def variants(chars: Iterable[str]) -> Mapping[str, str]:
    """Those of the characters that are read as another, with it; it may be a traditional one."""
    every = [*chars]
    everyday = set("".join(every).encode("gb2312", "ignore").decode("gb2312"))
    asked = [char for char in every if char not in everyday]
    japanese = zip(asked, OpenCC("jp2t").convert("\n".join(asked)).split("\n"), strict=True)
    found = {char: read for char, read in japanese if char != read and len(read) == 1}
    return found | {pair[0]: pair[1] for pair in _OTHERS.split()}
