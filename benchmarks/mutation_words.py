"""The words that mutations change; written on their own, sharing nothing with the checker's lists."""

_words = str.split

SPELLED = tuple(_words("two three four five six seven eight nine ten twelve fifteen twenty thirty fifty"))
VERBS = frozenset(
    _words("""
achieve act adapt add address affect align allow analyze apply assess assume attain avoid balance base beat
benefit bridge build call capture cause change collect combine compare compete compose compute conduct
consider consist construct contain contribute control convert correct cover create deal decide decompose
decrease define degrade deliver demonstrate depend derive describe design detect determine develop differ
discover draw drive eliminate employ enable encode encourage enhance ensure estimate evaluate examine exceed
exhibit exploit explore express extend extract face fail feed find focus follow force forecast form
formulate fuse gain generalize generate get give go guide handle happen have help hold identify illustrate
implement improve incorporate increase infer influence inherit inject integrate introduce investigate
involve jump keep know label lead learn let leverage lift lose lower maintain make map match mean measure
minimize mitigate model move need obtain offer operate optimize organize outperform overcome pay perform
permit pick plan play pose possess pre-train predict present preserve prevent process produce propose prove
provide query raise reach read realize receive recognize reduce refine regularize rely remain remove rename
render replace report represent require resolve restrict result retain retrieve reuse reveal review rise run
say scale score see select separate serve share shift show simplify solve speed start stay struggle suffer
suggest support surpass tackle take teach tend track train transfer transform treat turn understand unify
use utilize validate vary work write yield
""")
)
_FLIPS = """
improves worsens | improve worsen | improved worsened | improving worsening | improvement deterioration |
improvements deteriorations | increases decreases | increase decrease | increased decreased |
increasing decreasing | more less | higher lower | highest lowest | high low | better worse | best worst |
faster slower | fast slow | larger smaller | large small | greater lesser | stronger weaker | strong weak |
outperforms underperforms | outperform underperform | outperforming underperforming |
outperformed underperformed | reduces raises | reduce raise | reduced raised | reducing raising |
enhances impairs | enhance impair | enhanced impaired | enhancing impairing | boosts hurts | boost hurt |
boosting hurting | surpasses trails | surpass trail | surpassing trailing | exceeds falls below |
exceeding falling below | gains losses | gain loss | easier harder | easy hard | efficient inefficient |
efficiently inefficiently | effective ineffective | effectively ineffectively | accelerates slows |
accelerate slow | accelerating slowing | before after | superior inferior | rises falls | lowers raises |
lower higher | less more | fewer more | smaller larger | slower faster | worse better | simple complicated |
robust fragile | stable unstable | cheap costly | cheaper costlier | beats loses to | beat lose to |
most least | above below | over under | successful unsuccessful | successfully unsuccessfully | first last |
alleviates aggravates | alleviate aggravate | mitigates exacerbates | mitigate exacerbate |
mitigating exacerbating | strengthens weakens | supervised unsupervised | online offline | offline online |
explicit implicit | implicit explicit | explicitly implicitly | dynamic static | static dynamic |
global local | local global | discrete continuous | continuous discrete | scarce abundant |
expensive inexpensive | degrades improves | degrade improve | degrading improving | unseen seen |
unlabeled labeled | labeled unlabeled | short long | long short | minimal maximal | minimizing maximizing |
maximizing minimizing | maximize minimize | minimize maximize | narrows widens | narrow widen |
positive negative | negative positive | rarely often | often rarely | encourages discourages |
enables prevents | enable prevent | enabling preventing | allows forbids | allowing forbidding |
preserving destroying | preserves destroys | eases worsens | wins loses | ahead behind | up down |
real simulated | accurate inaccurate | reliable unreliable | coarse-to-fine fine-to-coarse |
bottom-up top-down | top-down bottom-up | limited unlimited | significantly negligibly |
substantially barely | promising disappointing | competitive uncompetitive | advantage disadvantage |
advantages disadvantages
"""
FLIP = dict(pair.strip().split(" ", 1) for pair in _FLIPS.split("|"))
